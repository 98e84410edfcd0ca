use super::fonts::Face;
use super::ticket::Modules;

/// Something to paint; lengths in mm from the upper left corner.
#[derive(Debug, PartialEq)]
pub(super) enum Mark {
    /// One line of text.
    Line {
        /// Left end.
        x: f32,
        /// Baseline.
        y: f32,
        /// Height of an em.
        size: f32,
        /// In which face.
        face: Face,
        /// What it says.
        text: String,
    },
    /// A black rectangle.
    Rule {
        /// Left.
        x: f32,
        /// Top.
        y: f32,
        /// Width.
        width: f32,
        /// Height.
        height: f32,
    },
    /// The QR symbol, quiet zone included.
    Symbol {
        /// Left.
        x: f32,
        /// Top.
        y: f32,
        /// Width and height.
        size: f32,
        /// Its modules.
        modules: Modules,
    },
}
