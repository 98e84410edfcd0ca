use std::collections::BTreeMap;

use uuid::Uuid;

/// What a shot shows: rows of other tables, each at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// A row of `products`.
    Product,
    /// A row of `model_profiles`.
    Model,
}

/// Ranks, by what is shown.
pub type Links = BTreeMap<(Link, Uuid), String>;

impl Link {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Product, Self::Model];

    /// The name of the shot's map.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "products",
            Self::Model => "models",
        }
    }

    /// So many of a shot, at most.
    pub fn most(self) -> usize {
        match self {
            Self::Product => 200,
            Self::Model => 50,
        }
    }

    /// The stable code for one that its organization does not have.
    pub fn unknown(self) -> &'static str {
        match self {
            Self::Product => "unknown_product",
            Self::Model => "unknown_model",
        }
    }

    /// The stable code for a key that is no id.
    pub fn no_id(self) -> &'static str {
        match self {
            Self::Product => "not_a_product",
            Self::Model => "not_a_model",
        }
    }

    /// The stable code for one more than there may be.
    pub fn too_many(self) -> &'static str {
        match self {
            Self::Product => "too_many_products",
            Self::Model => "too_many_models",
        }
    }

    /// How the history calls the cell of one of them.
    pub fn cell(self, id: Uuid) -> String {
        format!("{}.{id}", self.name())
    }

    /// Those of one kind.
    pub fn of(self, links: &Links) -> impl Iterator<Item = (Uuid, &String)> {
        links.iter().filter(move |((link, _), _)| *link == self).map(|((_, id), rank)| (*id, rank))
    }
}
