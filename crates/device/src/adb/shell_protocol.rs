//! The frames inside a `shell,v2` stream, for both sides: one byte of kind, four of length, then the bytes.
//! Frames and packets share no borders. Source: AOSP packages/modules/adb, `shell_protocol.h`.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use thiserror::Error;

/// Bytes of a frame's header.
pub const FRAME_HEADER_LEN: usize = 5;
/// The largest frame taken, in bytes: no sender makes a frame larger than the largest packet.
pub const MAX_FRAME: usize = super::packet::MAX_PAYLOAD;

/// The kind of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// Input of the command.
    Stdin,
    /// Output of the command.
    Stdout,
    /// Error output of the command.
    Stderr,
    /// One byte: the exit status. It is the last frame.
    Exit,
    /// The command's input has ended.
    CloseStdin,
    /// `ROWSxCOLUMNS,WIDTHxHEIGHT` as text.
    WindowSize,
}

impl FrameKind {
    const ALL: [Self; 6] =
        [Self::Stdin, Self::Stdout, Self::Stderr, Self::Exit, Self::CloseStdin, Self::WindowSize];

    fn code(self) -> u8 {
        match self {
            Self::Stdin => 0,
            Self::Stdout => 1,
            Self::Stderr => 2,
            Self::Exit => 3,
            Self::CloseStdin => 4,
            Self::WindowSize => 5,
        }
    }
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its kind.
    pub kind: FrameKind,
    /// At most [`MAX_FRAME`] bytes.
    pub payload: Bytes,
}

impl Frame {
    /// Creates a frame.
    #[must_use]
    pub fn new(kind: FrameKind, payload: impl Into<Bytes>) -> Self {
        Self { kind, payload: payload.into() }
    }

    /// Encodes the frame.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut bytes = BytesMut::with_capacity(FRAME_HEADER_LEN + self.payload.len());
        bytes.put_u8(self.kind.code());
        bytes.put_u32_le(u32::try_from(self.payload.len()).unwrap_or(u32::MAX));
        bytes.put_slice(&self.payload);
        bytes.freeze()
    }
}

/// Bytes that are not frames of a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// No such kind.
    #[error("unknown shell frame kind {0}")]
    UnknownKind(u8),
    /// It is longer than any sender makes one, and was not awaited.
    #[error("a shell frame of {0} bytes was announced, at most {MAX_FRAME} are allowed")]
    TooLong(u32),
}

/// A decoder of frames from a stream of bytes, split anywhere. Take every frame after each push; after an error it stays
/// in error.
#[derive(Debug, Default)]
pub struct FrameDecoder {
    buffer: BytesMut,
    broken: Option<FrameError>,
}

impl FrameDecoder {
    /// Creates an empty decoder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds received bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Returns the next whole frame; `None` until more bytes are pushed.
    ///
    /// # Errors
    /// [`FrameError`] once the bytes cannot be frames, and from then on.
    #[expect(clippy::should_implement_trait, reason = "an iterator that ends could not go on after a push")]
    pub fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        self.cut().inspect_err(|error| {
            self.broken = Some(*error);
            self.buffer = BytesMut::new();
        })
    }

    fn cut(&mut self) -> Result<Option<Frame>, FrameError> {
        let Some(mut header) = self.buffer.get(..FRAME_HEADER_LEN) else { return Ok(None) };
        let (code, announced) = (header.get_u8(), header.get_u32_le());
        let kind = FrameKind::ALL
            .into_iter()
            .find(|kind| kind.code() == code)
            .ok_or(FrameError::UnknownKind(code))?;
        let length = usize::try_from(announced)
            .ok()
            .filter(|length| *length <= MAX_FRAME)
            .ok_or(FrameError::TooLong(announced))?;
        if self.buffer.len() < FRAME_HEADER_LEN + length {
            return Ok(None);
        }
        self.buffer.advance(FRAME_HEADER_LEN);
        Ok(Some(Frame { kind, payload: self.buffer.split_to(length).freeze() }))
    }
}
