//! Thumbnails. An image may claim any size in a few bytes, so that its claim is checked before memory is allocated.
//! Everything here blocks for as long as decoding takes.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use thiserror::Error;
use tikmatrix_domain::MediaType;

/// In pixels.
const MAX_SIDE: u32 = 12_000;
/// The memory that a decoded image may need, in bytes.
const MAX_DECODED: u64 = 192 * 1024 * 1024;
/// The longest side of a thumbnail, in pixels.
const THUMBNAIL_SIDE: u32 = 320;
/// Of the JPEG that a thumbnail is, up to 100.
const QUALITY: u8 = 80;

/// The reason why an image cannot be used.
#[derive(Debug, Error)]
pub(crate) enum Unusable {
    /// It is not of the format that its first bytes show, or incomplete.
    #[error("cannot be read as an image: {0}")]
    Unreadable(ImageError),
    /// It is larger than what is accepted.
    #[error("is too large an image: at most {MAX_SIDE} pixels a side, and 192 MiB when decoded, are taken")]
    TooLarge,
    /// The file system failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The format of images of a media type; `None` for what is no image.
pub(crate) fn format(media_type: MediaType) -> Option<ImageFormat> {
    match media_type {
        MediaType::Mp4 => None,
        MediaType::Jpeg => Some(ImageFormat::Jpeg),
        MediaType::Png => Some(ImageFormat::Png),
    }
}

/// Checks that the image at `path` can be decoded completely.
pub(crate) fn check(path: &Path, format: ImageFormat) -> Result<(), Unusable> {
    read(path, format).map(drop)
}

/// Writes a small JPEG of the image at `path` to `target`.
pub(crate) fn make(path: &Path, format: ImageFormat, target: &Path) -> Result<(), Unusable> {
    let (image, orientation) = read(path, format)?;
    let mut small = image.thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE);
    drop(image);
    small.apply_orientation(orientation);
    let mut file = BufWriter::new(File::create_new(target)?);
    JpegEncoder::new_with_quality(&mut file, QUALITY).encode_image(&on_white(&small)).map_err(unusable)?;
    file.flush()?;
    file.get_ref().sync_all()?;
    Ok(())
}

fn read(path: &Path, format: ImageFormat) -> Result<(DynamicImage, Orientation), Unusable> {
    let mut reader = ImageReader::with_format(BufReader::new(File::open(path)?), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unusable)?;
    if decoder.total_bytes() > MAX_DECODED {
        return Err(Unusable::TooLarge);
    }
    // An image whose notes on itself cannot be read is an image all the same.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(unusable)?, orientation))
}

/// JPEG knows no transparency; what is transparent shows white, as on most pages.
fn on_white(image: &DynamicImage) -> RgbImage {
    let image = image.to_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        let mix = |colour: u8| {
            let (colour, alpha) = (u32::from(colour), u32::from(alpha));
            u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        Rgb([mix(red), mix(green), mix(blue)])
    })
}

fn unusable(error: ImageError) -> Unusable {
    match error {
        ImageError::Limits(_) => Unusable::TooLarge,
        ImageError::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => Unusable::Io(error),
        other => Unusable::Unreadable(other),
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Rgba};

    use super::*;

    /// The head of a PNG of this size, and hardly anything of its pixels.
    fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer.write_chunk(png::chunk::IDAT, b"\x78\x9c").unwrap();
        drop(writer);
        bytes
    }

    #[test]
    fn a_thumbnail_is_small_upright_in_shape_and_white_where_nothing_is() {
        let folder = tempfile::tempdir().unwrap();
        let (source, target) = (folder.path().join("source"), folder.path().join("target"));
        let nothing = ImageBuffer::from_pixel(1000, 500, Rgba([0_u8, 0, 0, 0]));
        nothing.save_with_format(&source, ImageFormat::Png).unwrap();
        make(&source, ImageFormat::Png, &target).unwrap();
        let made = ImageReader::with_format(BufReader::new(File::open(&target).unwrap()), ImageFormat::Jpeg);
        let made = made.decode().unwrap().to_rgb8();
        assert_eq!(made.dimensions(), (320, 160));
        assert!(made.get_pixel(100, 100).0.iter().all(|part| *part > 250));
    }

    #[test]
    fn images_that_claim_to_be_huge_are_refused_by_what_they_claim() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb");
        for (width, height) in [(60_000, 60_000), (12_001, 1), (1, 4_000_000_000), (12_000, 12_000)] {
            std::fs::write(&path, png_that_claims(width, height.min(i32::MAX as u32))).unwrap();
            let refused = check(&path, ImageFormat::Png).unwrap_err();
            assert!(matches!(refused, Unusable::TooLarge), "{width} x {height}: {refused}");
        }
    }

    #[test]
    fn images_that_are_cut_short_are_unreadable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image");
        ImageBuffer::from_pixel(300, 300, Rgba([9_u8, 7, 5, 255]))
            .save_with_format(&path, ImageFormat::Png)
            .unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let refused = check(&path, ImageFormat::Png).unwrap_err();
        assert!(matches!(refused, Unusable::Unreadable(_)), "{refused}");
    }
}
