//! The sizes that platforms ask for, as Cloudinary is asked for them.

use fashionos_plugin::{Failure, permanent, rows};
use serde::Deserialize;

/// A size in pixels.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Size {
    pub id: String,
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// Parameters in alphabetical order, as notices repeat them.
    pub fn transformation(&self) -> String {
        format!("c_fill,g_auto,h_{},w_{}", self.height, self.width)
    }
}

/// All sizes that are in use.
pub fn all() -> Result<Vec<Size>, Failure> {
    let rows = rows::select("media_size_specs?select=id,width,height&is_active=eq.true")?;
    rows.into_iter()
        .map(|row| serde_json::from_value(row).map_err(|error| permanent("rows_malformed", error.to_string())))
        .collect()
}

/// What to make of an upload at once; sizes that several platforms share are made once.
pub fn eager(sizes: &[Size]) -> String {
    let mut wanted: Vec<String> = sizes.iter().map(Size::transformation).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted.join("|")
}

#[cfg(test)]
mod tests {
    use super::{Size, eager};

    #[test]
    fn platforms_share_a_size() {
        let size = |id: &str, width| Size { id: id.into(), width, height: 1080 };
        assert_eq!(
            eager(&[size("a", 1920), size("b", 1080), size("c", 1080)]),
            "c_fill,g_auto,h_1080,w_1080|c_fill,g_auto,h_1080,w_1920"
        );
        assert_eq!(eager(&[]), "");
    }
}
