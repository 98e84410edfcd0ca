//! The data model written down: types for programs, a page for people. Pure; [`DataModel`] has read the catalogue.
//!
//! [`DataModel`]: crate::store::DataModel

mod chapters;
mod page;
mod rights;
mod table_facts;
mod type_script;
mod values;

#[cfg(test)]
mod tests;

pub use page::tables;
pub use type_script::types;
