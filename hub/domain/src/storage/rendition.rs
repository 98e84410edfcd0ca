use serde::{Deserialize, Serialize};

use super::{Code, Refusal};

/// Largest width and height of a picture that is made, pixels.
pub const LARGEST: u32 = 4096;
/// Most pixels of a picture that is made smaller: 50 megapixels. Its header is asked before anything is decoded.
pub const PIXELS: u64 = 50_000_000;
/// Most bytes of one, as it is stored.
pub const BYTES: u64 = 50 * 1024 * 1024;
/// Quality of JPEG when none is asked for.
const QUALITY: u8 = 80;

/// A picture asked for in another size.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rendition {
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How it comes to fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resize: Option<Resize>,
    /// Of JPEG, 20 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    /// Another format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// A size by its name, `platform/use_case` of `media_size_specs`, instead of width, height and resize.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
}

/// How a picture comes to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resize {
    /// Fills the box; what stands over is cut off on both sides.
    Cover,
    /// Is whole inside the box.
    Contain,
    /// Is stretched to the box.
    Fill,
}

/// Formats that are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// As the original.
    Origin,
    /// JPEG.
    #[serde(alias = "jpg")]
    Jpeg,
    /// PNG.
    Png,
    /// WebP without loss.
    Webp,
}

/// What is cut out of a picture, and the size that it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// From the left, pixels of the original.
    pub left: u32,
    /// From the top.
    pub top: u32,
    /// How wide.
    pub cut_width: u32,
    /// How high.
    pub cut_height: u32,
    /// Pixels of what is made.
    pub width: u32,
    /// Pixels of what is made.
    pub height: u32,
}

impl Rendition {
    /// Reads the parameters of an address; those that are about something else are passed over.
    ///
    /// # Errors
    /// `InvalidRequest`.
    pub fn of_query<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, Refusal> {
        let mut made = Self::default();
        for (name, value) in pairs {
            let bad = || Refusal::new(Code::InvalidRequest, format!("{name} is not understood"));
            let word = || serde_json::Value::String(value.to_owned());
            match name {
                "width" => made.width = Some(value.parse().map_err(|_| bad())?),
                "height" => made.height = Some(value.parse().map_err(|_| bad())?),
                "quality" => made.quality = Some(value.parse().map_err(|_| bad())?),
                "resize" => made.resize = Some(serde_json::from_value(word()).map_err(|_| bad())?),
                "format" => made.format = Some(serde_json::from_value(word()).map_err(|_| bad())?),
                "size" => made.size = Some(value.to_owned()),
                _ => {}
            }
        }
        made.checked()
    }

    /// The same, if all of it can be made.
    ///
    /// # Errors
    /// `InvalidRequest`.
    pub fn checked(self) -> Result<Self, Refusal> {
        let refuse = |message: String| Err(Refusal::new(Code::InvalidRequest, message));
        if [self.width, self.height].into_iter().flatten().any(|side| !(1..=LARGEST).contains(&side)) {
            return refuse(format!("width and height are 1 to {LARGEST} pixels"));
        }
        if self.quality.is_some_and(|quality| !(20..=100).contains(&quality)) {
            return refuse("quality is 20 to 100".into());
        }
        if self.size.as_ref().is_some_and(|size| size.len() > 200 || !size.contains('/')) {
            return refuse("size is platform/use_case, as media_size_specs has them".into());
        }
        if self.size.is_some() && (self.width.is_some() || self.height.is_some() || self.resize.is_some()) {
            return refuse("a size by name has its own width and height".into());
        }
        Ok(self)
    }

    /// Quality of a lossy format.
    pub fn quality(&self) -> u8 {
        self.quality.unwrap_or(QUALITY)
    }

    /// The plan for an original of this size. Without `exact` nothing is made larger than it is.
    pub fn plan(&self, width: u32, height: u32, exact: bool) -> Plan {
        let (w, h) = (f64::from(width), f64::from(height));
        let whole = |scale: f64| Plan {
            left: 0,
            top: 0,
            cut_width: width,
            cut_height: height,
            width: side(w * scale),
            height: side(h * scale),
        };
        let bounded = |scale: f64| if exact { scale } else { scale.min(1.0) };
        let (box_width, box_height) = match (self.width, self.height) {
            (None, None) => return whole((f64::from(LARGEST) / w.max(h)).min(1.0)),
            (Some(only), None) => return whole(bounded(f64::from(only) / w)),
            (None, Some(only)) => return whole(bounded(f64::from(only) / h)),
            (Some(width), Some(height)) => (f64::from(width), f64::from(height)),
        };
        match self.resize.unwrap_or(Resize::Cover) {
            Resize::Contain => whole(bounded((box_width / w).min(box_height / h))),
            Resize::Fill => Plan { width: side(box_width), height: side(box_height), ..whole(1.0) },
            Resize::Cover => {
                let scale = (box_width / w).max(box_height / h);
                let cut = |of: f64, all: u32| (of / scale).round().clamp(1.0, f64::from(all)) as u32;
                let (cut_width, cut_height) = (cut(box_width, width), cut(box_height, height));
                let smaller = bounded(scale) / scale;
                Plan {
                    left: (width - cut_width) / 2,
                    top: (height - cut_height) / 2,
                    cut_width,
                    cut_height,
                    width: side(box_width * smaller),
                    height: side(box_height * smaller),
                }
            }
        }
    }
}

fn side(pixels: f64) -> u32 {
    pixels.round().clamp(1.0, f64::from(LARGEST)) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(width: Option<u32>, height: Option<u32>, resize: Option<Resize>) -> Rendition {
        Rendition { width, height, resize, ..Rendition::default() }
    }

    fn size(plan: Plan) -> (u32, u32) {
        (plan.width, plan.height)
    }

    #[test]
    fn pictures_come_to_fit() {
        let (wide, tall) = ((4000, 2000), (1000, 2000));
        assert_eq!(size(asked(Some(400), None, None).plan(wide.0, wide.1, false)), (400, 200));
        assert_eq!(size(asked(None, Some(400), None).plan(wide.0, wide.1, false)), (800, 400));
        let contain = asked(Some(500), Some(500), Some(Resize::Contain));
        assert_eq!(
            (size(contain.plan(wide.0, wide.1, false)), size(contain.plan(tall.0, tall.1, false))),
            ((500, 250), (250, 500))
        );
        let plan = asked(Some(500), Some(500), None).plan(wide.0, wide.1, false);
        assert_eq!(
            (plan.left, plan.top, plan.cut_width, plan.cut_height, size(plan)),
            (1000, 0, 2000, 2000, (500, 500))
        );
        assert_eq!(size(asked(Some(500), Some(100), Some(Resize::Fill)).plan(tall.0, tall.1, false)), (500, 100));
        assert_eq!(size(asked(None, None, None).plan(8192, 4096, false)), (LARGEST, LARGEST / 2));
    }

    #[test]
    fn only_named_sizes_make_pictures_larger() {
        assert_eq!(size(asked(Some(1080), Some(1080), None).plan(100, 200, false)), (100, 100));
        assert_eq!(size(asked(Some(1080), Some(1080), None).plan(100, 200, true)), (1080, 1080));
        assert_eq!(size(asked(Some(1600), Some(1600), Some(Resize::Contain)).plan(100, 200, false)), (100, 200));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for bad in [
            ("width", "0"),
            ("width", "-1"),
            ("height", "4097"),
            ("resize", "squeeze"),
            ("quality", "5"),
            ("format", "exe"),
            ("size", "square"),
        ] {
            assert!(Rendition::of_query([bad].into_iter()).is_err(), "{bad:?}");
        }
        let made =
            Rendition::of_query([("width", "10"), ("token", "x"), ("format", "origin")].into_iter()).expect("read");
        assert_eq!((made.width, made.format), (Some(10), Some(Format::Origin)));
        assert!(Rendition::of_query([("width", "10"), ("size", "hub/preview")].into_iter()).is_err());
    }

    proptest! {
        #[test]
        fn plans_stay_inside_the_picture(w in 1u32..20000, h in 1u32..20000, bw in 1u32..=LARGEST, bh in 1u32..=LARGEST, exact: bool, which in 0..3) {
            let resize = [Resize::Cover, Resize::Contain, Resize::Fill][which as usize];
            let plan = asked(Some(bw), Some(bh), Some(resize)).plan(w, h, exact);
            prop_assert!(plan.left + plan.cut_width <= w && plan.top + plan.cut_height <= h && plan.cut_width > 0 && plan.cut_height > 0);
            prop_assert!((1..=bw).contains(&plan.width) && (1..=bh).contains(&plan.height));
        }
    }
}
