//! A picture of the screen, and its encoding as PNG and JPEG.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageResult, RgbImage, imageops};

/// A picture: rows from the top, four bytes a pixel (red, green, blue, alpha).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 4` bytes.
    pub rgba: Vec<u8>,
}

impl Frame {
    /// The picture as a PNG file.
    ///
    /// # Errors
    /// When `rgba` is not as long as width and height say.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        encoder.write_header()?.write_image_data(&self.rgba)?;
        Ok(file)
    }

    /// The picture as a JPEG file, made smaller by `scale` (up to 1) and of this `quality` (1 to 100).
    ///
    /// # Errors
    /// When `rgba` is not as long as width and height say.
    pub fn jpeg(&self, scale: f64, quality: u8) -> ImageResult<Vec<u8>> {
        let rgb = self.rgba.as_chunks::<4>().0.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]);
        let mut picture = RgbImage::from_raw(self.width, self.height, rgb.collect()).unwrap_or_default();
        if scale > 0.0 && scale < 1.0 {
            let scaled = |length: u32| (f64::from(length) * scale).max(1.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the length")]
            let (width, height) = (scaled(self.width) as u32, scaled(self.height) as u32);
            picture = imageops::thumbnail(&picture, width, height);
        }
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, quality).encode_image(&picture)?;
        Ok(file)
    }
}
