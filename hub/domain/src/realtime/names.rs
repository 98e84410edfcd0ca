use schemas::Topic;

use super::bounds;

/// What a channel is called, without the dialect's `realtime:`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChannelName {
    /// Its name, as clients give it.
    pub name: String,
    /// Rights are looked at.
    pub private: bool,
}

/// What somebody may do in a channel that they may join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MayOn {
    /// Send broadcasts, and show themselves.
    pub send: bool,
}

impl ChannelName {
    /// The channel of a frame's topic. None if that is no channel.
    pub fn of_topic(topic: &str, private: bool) -> Option<Self> {
        let name = topic.strip_prefix("realtime:")?;
        Self::of_name(name, private)
    }

    /// The channel of a bare name, as HTTP requests give it. None if that is no name.
    pub fn of_name(name: &str, private: bool) -> Option<Self> {
        let fits = !name.is_empty() && name.len() + "realtime:".len() <= bounds::TOPIC && !name.contains('\0');
        fits.then(|| Self { name: name.to_owned(), private })
    }

    /// As it stands in frames.
    pub fn topic(&self) -> String {
        format!("realtime:{}", self.name)
    }

    /// What a private channel is about: `event:{id}`, `project:{id}` or `organization:{id}`, alone or before another colon.
    pub fn about(&self) -> Option<Topic> {
        let mut parts = self.name.splitn(3, ':');
        let (kind, id) = (parts.next()?, parts.next()?);
        format!("{kind}:{id}").parse().ok()
    }
}

/// What a role may do in a channel that it may join. In a private one, those from outside and screens on walls listen.
pub fn may_on(role: &str, private: bool) -> MayOn {
    MayOn { send: role != "wall" && (!private || matches!(role, "owner" | "admin" | "producer" | "staff")) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn private_channels_are_about_something() {
        let id = Uuid::from_u128(7);
        let about = |name: &str| ChannelName::of_name(name, true).and_then(|name| name.about());
        assert_eq!(about(&format!("event:{id}")), Some(Topic::event(id)));
        assert_eq!(about(&format!("event:{id}:backstage:left")), Some(Topic::event(id)));
        assert_eq!(about(&format!("organization:{id}:all")), Some(Topic::organization(id)));
        for name in ["lobby", "event:", "event:7", &format!("venue:{id}"), &format!("{id}")] {
            assert_eq!(about(name), None, "{name}");
        }
    }

    #[test]
    fn names_have_bounds() {
        assert_eq!(
            ChannelName::of_topic("realtime:lobby", false).map(|name| name.topic()).as_deref(),
            Some("realtime:lobby")
        );
        assert_eq!(ChannelName::of_topic("realtime:", false), None);
        assert_eq!(ChannelName::of_topic("phoenix", false), None);
        assert_eq!(ChannelName::of_name(&"x".repeat(247), false), None);
    }

    #[test]
    fn guests_listen_where_it_is_private() {
        for role in ["owner", "admin", "producer", "staff"] {
            assert!(may_on(role, true).send && may_on(role, false).send);
        }
        for role in ["client", "designer", "model", "sponsor", "attendee"] {
            assert!(!may_on(role, true).send && may_on(role, false).send, "{role}");
        }
        assert!(!may_on("wall", true).send && !may_on("wall", false).send);
    }
}
