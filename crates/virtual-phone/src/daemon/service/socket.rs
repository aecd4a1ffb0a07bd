//! A stream between the host and a socket of a program on the phone. ADB cannot close one direction alone: the stream
//! ends when either side does.

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::daemon::stream::{StreamReader, StreamWriter};

/// Copies bytes both ways until one side ends.
pub(crate) async fn serve(socket: DuplexStream, mut reader: StreamReader, writer: &mut StreamWriter) {
    let (mut from_program, mut to_socket) = tokio::io::split(socket);
    let to_program = async {
        while let Some(data) = reader.next().await {
            if to_socket.write_all(&data).await.is_err() {
                return;
            }
        }
    };
    let to_host = async {
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(4096);
            match from_program.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    if !writer.write(buffer.split().freeze()).await {
                        return;
                    }
                }
            }
        }
    };
    tokio::select! {
        () = to_program => {}
        () = to_host => {}
    }
}
