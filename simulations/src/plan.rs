use fastrand::Rng;

/// Share of guests whose ticket is held under two tablets at once.
const RACED: f64 = 0.04;
/// Chance, after each scan, of a ticket that was used long before.
const REPEATED: f64 = 0.04;
/// Chance, after each scan, of a code that nobody issued.
const FOREIGN: f64 = 0.01;

/// One thing that happens at a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The ticket of this guest, for the first time.
    First(usize),
    /// One of two scans of the same unused ticket at the same time.
    Raced(usize),
    /// The ticket of a guest who came before.
    Repeated(usize),
    /// A code that nobody issued; the number makes it distinct.
    Foreign(u64),
}

/// What happens at the doors in an evening, in order, the same for the same seed: every guest comes,
/// in random order; now and then two tablets see one ticket at once, a ticket comes again, or a code is unknown.
/// The two scans of a race are neighbours.
pub fn evening(guests: usize, seed: u64) -> Vec<Step> {
    let mut random = Rng::with_seed(seed);
    let mut order: Vec<usize> = (0..guests).collect();
    random.shuffle(&mut order);
    let mut steps = Vec::with_capacity(guests + guests / 8);
    for (come, &guest) in order.iter().enumerate() {
        if random.f64() < RACED {
            steps.extend([Step::Raced(guest), Step::Raced(guest)]);
        } else {
            steps.push(Step::First(guest));
        }
        // Long before: a repetition shall not race with what it repeats.
        if come > 200 && random.f64() < REPEATED {
            steps.push(Step::Repeated(order[random.usize(..come - 200)]));
        }
        if random.f64() < FOREIGN {
            steps.push(Step::Foreign(random.u64(..)));
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_guest_comes_once_and_races_are_neighbours() {
        let steps = evening(5000, 7);
        let mut first: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, step) in steps.iter().enumerate() {
            match *step {
                Step::First(guest) | Step::Raced(guest) => first.entry(guest).or_default().push(at),
                Step::Repeated(guest) => assert!(first.contains_key(&guest), "repeated before it came"),
                Step::Foreign(_) => {}
            }
        }
        assert_eq!(first.len(), 5000);
        let races: Vec<_> = first.values().filter(|at| at.len() > 1).collect();
        assert!(races.len() > 100, "{} races", races.len());
        assert!(races.iter().all(|at| at.len() == 2 && at[1] == at[0] + 1));
        let foreign = steps.iter().filter(|step| matches!(step, Step::Foreign(_))).count();
        assert!(foreign > 20, "{foreign} unknown codes");
        assert!(steps.iter().filter(|step| matches!(step, Step::Repeated(_))).count() > 100);
    }

    #[test]
    fn the_seed_is_the_evening() {
        assert_eq!(evening(300, 1), evening(300, 1));
        assert_ne!(evening(300, 1), evening(300, 2));
    }
}
