use std::io::Cursor;

use domain::storage::rendition::{Format, PIXELS, Rendition};
use domain::storage::{Code, Refusal};
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageEncoder, ImageFormat, ImageReader, Limits};

/// What decoding one picture may take, bytes.
const MEMORY: u64 = 300 * 1024 * 1024;

/// A picture and its type.
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    pub(super) media_type: &'static str,
}

/// Makes the picture that was asked for, upright, with the colours of the original and none of its other metadata: no place,
/// no camera. `exact`: also larger than the original.
///
/// # Errors
/// `UnprocessableImage` for what is no JPEG, PNG or WebP, is broken, or has more pixels than are decoded here.
pub(super) fn make(bytes: &[u8], wanted: &Rendition, exact: bool) -> Result<Made, Refusal> {
    let refuse = |message: &str| Refusal::new(Code::UnprocessableImage, message);
    let broken = |error: image::ImageError| {
        tracing::debug!(%error, "a picture could not be read");
        refuse("the picture cannot be read")
    };
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| refuse("no picture"))?;
    let format =
        reader.format().filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP));
    let format = format.ok_or_else(|| refuse("pictures are made of JPEG, PNG and WebP"))?;
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    // From the header alone: what swells to more when it is decoded is not decoded.
    if u64::from(width) * u64::from(height) > PIXELS {
        return Err(refuse(&format!("the picture has {width} x {height} pixels; at most {PIXELS} are made smaller")));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    decoder.set_limits(limits).map_err(broken)?;
    let orientation = decoder.orientation().map_err(broken)?;
    let colours = decoder.icc_profile().map_err(broken)?.filter(|profile| profile.get(16..20) == Some(b"RGB "));
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    let picture = if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    };
    let plan = wanted.plan(picture.width(), picture.height(), exact);
    let mut smaller = DynamicImage::new(plan.width, plan.height, picture.color());
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).crop(
        f64::from(plan.left),
        f64::from(plan.top),
        f64::from(plan.cut_width),
        f64::from(plan.cut_height),
    );
    Resizer::new()
        .resize(&picture, &mut smaller, &options)
        .map_err(|_| refuse("the picture cannot be made smaller"))?;
    drop(picture);
    let format = match wanted.format.unwrap_or(Format::Origin) {
        Format::Origin => format,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
    };
    encode(&smaller, format, wanted.quality(), colours).map_err(broken)
}

fn encode(
    picture: &DynamicImage,
    format: ImageFormat,
    quality: u8,
    colours: Option<Vec<u8>>,
) -> image::ImageResult<Made> {
    let mut bytes = Vec::new();
    let media_type = match format {
        ImageFormat::Png => {
            write(picture, PngEncoder::new(&mut bytes), colours)?;
            "image/png"
        }
        ImageFormat::WebP => {
            write(picture, WebPEncoder::new_lossless(&mut bytes), colours)?;
            "image/webp"
        }
        _ => {
            // JPEG knows no transparency.
            let opaque = DynamicImage::ImageRgb8(picture.to_rgb8());
            write(&opaque, JpegEncoder::new_with_quality(&mut bytes, quality), colours)?;
            "image/jpeg"
        }
    };
    Ok(Made { bytes, media_type })
}

fn write(picture: &DynamicImage, mut encoder: impl ImageEncoder, colours: Option<Vec<u8>>) -> image::ImageResult<()> {
    if let Some(colours) = colours {
        // An encoder that has no place for them leaves the usual ones.
        let _ = encoder.set_icc_profile(colours);
    }
    picture.write_with_encoder(encoder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        DynamicImage::new_rgba8(width, height).write_with_encoder(PngEncoder::new(&mut bytes)).expect("a picture");
        bytes
    }

    #[test]
    fn pictures_get_the_size_and_format_that_was_asked_for() {
        let wanted =
            Rendition { width: Some(30), height: Some(30), format: Some(Format::Jpeg), ..Rendition::default() };
        let made = make(&png(120, 60), &wanted, false).expect("a picture");
        assert_eq!(made.media_type, "image/jpeg");
        let read = image::load_from_memory_with_format(&made.bytes, ImageFormat::Jpeg).expect("a JPEG");
        assert_eq!((read.width(), read.height()), (30, 30));
        for format in [Format::Origin, Format::Png, Format::Webp] {
            let wanted = Rendition { width: Some(60), format: Some(format), ..Rendition::default() };
            let made = make(&png(120, 60), &wanted, false).expect("a picture");
            let read = image::load_from_memory(&made.bytes).expect("a picture");
            assert_eq!((read.width(), read.height()), (60, 30), "{}", made.media_type);
        }
    }

    #[test]
    fn a_picture_that_swells_is_not_decoded() {
        // The header of a small file says 60,000 x 60,000.
        let mut bomb = png(1, 1);
        bomb[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        // Its checksum is right, so nothing but its size speaks against it.
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        let refused = make(&bomb, &Rendition { width: Some(10), ..Rendition::default() }, false).err();
        assert!(refused.as_ref().is_some_and(|refusal| refusal.message.contains("60000 x 60000")), "{refused:?}");
        for broken in [b"" as &[u8], b"<svg/>", b"\x89PNG\r\n\x1a\n", &png(10, 10)[..40]] {
            assert_eq!(
                make(broken, &Rendition::default(), false).err().map(|r| r.code),
                Some(Code::UnprocessableImage)
            );
        }
    }

    fn crc(bytes: &[u8]) -> u32 {
        let step = |sum: u32, byte: &u8| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
        };
        !bytes.iter().fold(u32::MAX, step)
    }
}
