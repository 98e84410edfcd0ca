//! Who may send which command.
//!
//! This says no early and in words. It is not the law: row level security in the database is, and
//! it is asked again by every statement.

use schemas::{Command, DeviceProfile, ErrorCode, PrincipalKind, Query};
use uuid::Uuid;

/// A person's role in the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the words of the memberships table")]
pub enum Role {
    Owner,
    Admin,
    Producer,
    Staff,
    Client,
    Designer,
    Model,
    Sponsor,
    Attendee,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Owner,
        Self::Admin,
        Self::Producer,
        Self::Staff,
        Self::Client,
        Self::Designer,
        Self::Model,
        Self::Sponsor,
        Self::Attendee,
    ];

    /// As it stands in the memberships table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Producer => "producer",
            Self::Staff => "staff",
            Self::Client => "client",
            Self::Designer => "designer",
            Self::Model => "model",
            Self::Sponsor => "sponsor",
            Self::Attendee => "attendee",
        }
    }

    /// From the table's text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    fn leads(self) -> bool {
        matches!(self, Self::Owner | Self::Admin | Self::Producer)
    }
}

/// A person's role in one event (`event_members`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventRole {
    /// Runs everything about the event.
    Producer,
    /// Calls the show.
    ShowCaller,
    /// Works at the door.
    Checkin,
    /// Watches.
    Viewer,
}

impl EventRole {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Producer, Self::ShowCaller, Self::Checkin, Self::Viewer];

    /// From the table's text.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "producer" => Some(Self::Producer),
            "show_caller" => Some(Self::ShowCaller),
            "checkin" => Some(Self::Checkin),
            "viewer" => Some(Self::Viewer),
            _ => None,
        }
    }
}

/// Who asks, in the event that the command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    Person {
        /// In the event's organization.
        role: Role,
        /// In the event.
        member: Option<EventRole>,
        /// The event is among those that the person has to do with (`app.my_events()`).
        works_on_event: bool,
        /// May override a verdict.
        supervisor: bool,
    },
    /// A paired device.
    Device {
        /// What it is for.
        profile: DeviceProfile,
        /// Its event; it does nothing in another.
        event_id: Uuid,
        /// Its gate, if it stands at one.
        gate_id: Option<Uuid>,
        /// May override a verdict.
        supervisor: bool,
    },
}

/// The answer no: [`ErrorCode::Forbidden`] and a sentence for the person who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Forbidden(pub &'static str);

impl Forbidden {
    /// The stable code.
    pub fn code(self) -> ErrorCode {
        ErrorCode::Forbidden
    }
}

impl Actor {
    /// Whether `command` may be sent about `event_id`.
    ///
    /// # Errors
    /// [`Forbidden`].
    pub fn may(&self, event_id: Uuid, command: &Command) -> Result<(), Forbidden> {
        self.stays_in(event_id)?;
        match command {
            Command::Scan { gate_id, override_reason, .. } => {
                allow(self.scans(), "Only the people and tablets at the door check guests in")?;
                self.stays_at(*gate_id)?;
                if override_reason.is_some() {
                    allow(self.supervises(), "Only a supervisor may let a guest in against the rules")?;
                }
                Ok(())
            }
            Command::Annul { .. } => allow(self.scans(), "Only the people and tablets at the door take a scan back"),
            Command::Cue { .. } => allow(self.calls(), "Only the show caller runs the cues"),
            Command::SetDoors { .. } => allow(self.calls(), "Only the show caller opens and closes the doors"),
            Command::MoveLook { .. } | Command::SetLookStatus { .. } => {
                allow(self.calls(), "Only the show caller changes the running order")
            }
            Command::PostMessage { .. } => {
                allow(self.scans() || self.calls(), "Only the door and the show caller post messages")
            }
            Command::RaiseAlert { .. } => {
                allow(self.scans() || self.calls(), "Only the door and the show caller raise alerts")
            }
            Command::ClearMessage { .. } => allow(self.calls(), "Only the show caller takes messages off the screens"),
            Command::ResolveAlert { .. } => allow(self.calls(), "Only the show caller closes alerts"),
            Command::AcknowledgeMessage { .. } | Command::AcknowledgeAlert { .. } => {
                let here = matches!(self, Self::Device { .. });
                allow(here || self.scans() || self.calls(), "Only those who work on the show acknowledge")
            }
        }
    }

    /// Whether `query` may be asked about `event_id`.
    ///
    /// # Errors
    /// [`Forbidden`].
    pub fn may_ask(&self, event_id: Uuid, query: &Query) -> Result<(), Forbidden> {
        self.stays_in(event_id)?;
        match query {
            Query::FindGuests { .. } => allow(self.scans(), "Only the people and tablets at the door look guests up"),
        }
    }

    fn stays_in(&self, event_id: Uuid) -> Result<(), Forbidden> {
        match self {
            Self::Device { event_id: own, .. } => allow(*own == event_id, "This device is paired to another event"),
            Self::Person { .. } => Ok(()),
        }
    }

    fn stays_at(&self, named: Option<Uuid>) -> Result<(), Forbidden> {
        match self {
            Self::Device { gate_id, .. } => {
                allow(named.is_none() || named == *gate_id, "This tablet stands at another gate")
            }
            Self::Person { .. } => Ok(()),
        }
    }

    fn scans(&self) -> bool {
        match *self {
            Self::Device { profile, .. } => profile == DeviceProfile::Scan,
            Self::Person { role, member, works_on_event, .. } => {
                role.leads()
                    || (role == Role::Staff && works_on_event)
                    || matches!(member, Some(EventRole::Producer | EventRole::Checkin))
            }
        }
    }

    fn calls(&self) -> bool {
        match *self {
            Self::Device { profile, .. } => profile == DeviceProfile::Caller,
            Self::Person { role, member, .. } => {
                role.leads() || matches!(member, Some(EventRole::Producer | EventRole::ShowCaller))
            }
        }
    }

    fn supervises(&self) -> bool {
        match *self {
            Self::Device { supervisor, .. } => supervisor,
            Self::Person { role, member, supervisor, .. } => {
                supervisor || role.leads() || member == Some(EventRole::Producer)
            }
        }
    }

    /// The kind, as the wire has it.
    pub fn kind(&self) -> PrincipalKind {
        match self {
            Self::Person { .. } => PrincipalKind::Person,
            Self::Device { .. } => PrincipalKind::Device,
        }
    }
}

fn allow(allowed: bool, otherwise: &'static str) -> Result<(), Forbidden> {
    if allowed { Ok(()) } else { Err(Forbidden(otherwise)) }
}

/// Whether a member with the role `by` may invite somebody as `role`: into nothing that they could not give by hand.
/// Owners are made by owners, and attendees by their tickets; neither is invited.
pub fn may_invite(by: &str, role: Role) -> bool {
    match Role::parse(by) {
        Some(Role::Owner | Role::Admin) => !matches!(role, Role::Owner | Role::Attendee),
        Some(Role::Producer) => !matches!(role, Role::Owner | Role::Admin | Role::Producer | Role::Attendee),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use schemas::{CueVerb, Direction, Severity};

    use super::*;

    const EVENT: Uuid = Uuid::from_u128(1);
    const OTHER_EVENT: Uuid = Uuid::from_u128(2);
    const NORTH: Uuid = Uuid::from_u128(10);
    const SOUTH: Uuid = Uuid::from_u128(11);

    fn scan(gate_id: Option<Uuid>, override_reason: Option<&str>) -> Command {
        Command::Scan {
            code: "T".into(),
            registration_id: None,
            direction: Direction::In,
            people: None,
            gate_id,
            scanned_at: 0,
            offline: false,
            override_reason: override_reason.map(Into::into),
        }
    }

    /// The table's columns: one command each.
    fn commands() -> Vec<Command> {
        let id = Uuid::from_u128(5);
        let text = || "Doors".to_owned();
        vec![
            scan(None, None),
            scan(None, Some("knows the designer")),
            Command::Annul { scan_id: id },
            Command::Cue { expect: 1, verb: CueVerb::Next },
            Command::SetDoors { open: true },
            Command::MoveLook { look_id: id, to: 0 },
            Command::SetLookStatus { look_id: id, status: "ready".into() },
            Command::PostMessage { text: text(), severity: Severity::Info, audience: vec![], expires_at: None },
            Command::ClearMessage { message_id: id },
            Command::AcknowledgeMessage { message_id: id },
            Command::RaiseAlert { message: text(), severity: Severity::Info, dedupe_key: None },
            Command::AcknowledgeAlert { alert_id: id },
            Command::ResolveAlert { alert_id: id },
        ]
    }

    fn device(profile: DeviceProfile, supervisor: bool) -> Actor {
        Actor::Device { profile, event_id: EVENT, gate_id: Some(NORTH), supervisor }
    }

    fn person(role: Role, member: Option<EventRole>, works_on_event: bool) -> Actor {
        Actor::Person { role, member, works_on_event, supervisor: false }
    }

    fn answers(actor: &Actor) -> String {
        commands().iter().map(|command| if actor.may(EVENT, command).is_ok() { 'y' } else { '-' }).collect()
    }

    /// F275, F273: every kind of actor against every command. Columns: scan, scan with override,
    /// annul, cue, doors, move look, look status, post, clear, acknowledge message, raise,
    /// acknowledge alert, resolve.
    #[test]
    fn who_may_do_what() {
        use DeviceProfile::{Caller, Scan, Wall};
        use EventRole as E;
        let everything = "yyyyyyyyyyyyy";
        let nothing = "-------------";
        let door = "y-y----y-yyy-";
        let calling = "---yyyyyyyyyy";
        let staff = |member| person(Role::Staff, member, true);
        let stranger = |member| person(Role::Staff, member, false);
        let mut table = vec![
            ("scan tablet", device(Scan, false), door),
            ("supervisor's tablet", device(Scan, true), "yyy----y-yyy-"),
            ("wall", device(Wall, false), "---------y-y-"),
            ("wall that claims to supervise", device(Wall, true), "---------y-y-"),
            ("caller's desk", device(Caller, false), calling),
            ("owner", person(Role::Owner, None, false), everything),
            ("admin", person(Role::Admin, None, false), everything),
            ("producer", person(Role::Producer, None, false), everything),
            ("staff on the event", staff(None), door),
            ("staff elsewhere", stranger(None), nothing),
            ("staff, viewer", stranger(Some(E::Viewer)), nothing),
            ("staff, check-in", stranger(Some(E::Checkin)), door),
            ("staff, show caller", stranger(Some(E::ShowCaller)), calling),
            ("staff on the event, show caller", staff(Some(E::ShowCaller)), "y-yyyyyyyyyyy"),
            ("staff, event's producer", stranger(Some(E::Producer)), everything),
        ];
        for role in [Role::Client, Role::Designer, Role::Model, Role::Sponsor, Role::Attendee] {
            table.push((role.as_str(), person(role, None, true), nothing));
            table.push((role.as_str(), person(role, Some(E::Viewer), true), nothing));
            table.push((role.as_str(), person(role, Some(E::Checkin), true), door));
            table.push((role.as_str(), person(role, Some(E::ShowCaller), true), calling));
            table.push((role.as_str(), person(role, Some(E::Producer), true), everything));
        }
        for (who, actor, expected) in table {
            assert_eq!(answers(&actor), expected, "{who}");
        }
        let supervisor = Actor::Person { role: Role::Staff, member: None, works_on_event: true, supervisor: true };
        assert_eq!(answers(&supervisor), "yyy----y-yyy-", "staff, supervisor");
    }

    /// F273: a device works in its event and at its gate only; a person may choose the gate.
    #[test]
    fn devices_stay_where_they_are() {
        for profile in [DeviceProfile::Scan, DeviceProfile::Wall, DeviceProfile::Caller] {
            for command in commands() {
                assert!(device(profile, true).may(OTHER_EVENT, &command).is_err(), "{profile:?} {command:?}");
            }
        }
        let tablet = device(DeviceProfile::Scan, false);
        assert!(tablet.may(EVENT, &scan(Some(NORTH), None)).is_ok());
        let refused = tablet.may(EVENT, &scan(Some(SOUTH), None));
        assert_eq!(refused.map_err(Forbidden::code), Err(ErrorCode::Forbidden));
        let without_gate =
            Actor::Device { profile: DeviceProfile::Scan, event_id: EVENT, gate_id: None, supervisor: false };
        assert!(without_gate.may(EVENT, &scan(None, None)).is_ok());
        assert!(without_gate.may(EVENT, &scan(Some(NORTH), None)).is_err());
        assert!(person(Role::Producer, None, false).may(EVENT, &scan(Some(SOUTH), None)).is_ok());
    }

    /// F275: the guest list is read by those who check guests in.
    #[test]
    fn guests_are_found_at_the_door_only() {
        let query = Query::FindGuests { text: "dup".into(), limit: 10 };
        for (actor, may) in [
            (device(DeviceProfile::Scan, false), true),
            (device(DeviceProfile::Wall, false), false),
            (device(DeviceProfile::Caller, true), false),
            (person(Role::Staff, None, true), true),
            (person(Role::Staff, None, false), false),
            (person(Role::Sponsor, None, true), false),
        ] {
            assert_eq!(actor.may_ask(EVENT, &query).is_ok(), may, "{actor:?}");
            assert!(actor.may_ask(OTHER_EVENT, &query).is_err() || actor.kind() == PrincipalKind::Person);
        }
    }

    #[test]
    fn roles_are_the_words_of_the_tables() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("organizer"), None);
        for (text, role) in ["producer", "show_caller", "checkin", "viewer"].into_iter().zip(EventRole::ALL) {
            assert_eq!(EventRole::parse(text), Some(role));
        }
    }

    #[test]
    fn nobody_invites_above_themselves() {
        for by in Role::ALL {
            for role in Role::ALL {
                let may = may_invite(by.as_str(), role);
                assert!(!may || !matches!(role, Role::Owner | Role::Attendee), "{by:?} {role:?}");
                assert!(!may || matches!(by, Role::Owner | Role::Admin | Role::Producer), "{by:?} {role:?}");
            }
        }
        assert!(may_invite("admin", Role::Admin) && may_invite("producer", Role::Staff));
        assert!(!may_invite("producer", Role::Admin) && !may_invite("producer", Role::Producer));
        assert!(!may_invite("system", Role::Staff) && !may_invite("", Role::Staff));
    }
}
