//! A line between client and server that does what networks and proxies do.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

/// What the line does to what passes through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Numbers its sessions in its own way, as a proxy does.
    NumbersSessions,
    /// Breaks when the answer to COMMIT should come.
    LosesTheAnswer,
    /// Breaks before COMMIT reaches the server.
    LosesTheCommit,
}

/// Listens on a port of its own for as long as the test runs, and returns it.
pub fn start(server: &str, fault: Fault) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = server.to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let server = TcpStream::connect(&server).unwrap();
            let client = client.unwrap();
            std::thread::spawn(move || serve(client, server, fault));
        }
    });
    port
}

fn serve(mut client: TcpStream, mut server: TcpStream, fault: Fault) {
    let mut greeting = read_packet(&mut server);
    if fault == Fault::NumbersSessions {
        // Behind the header and the protocol's version: the server's version, a zero, and the session's number.
        let number = 5 + greeting[5..].iter().position(|byte| *byte == 0).unwrap() + 1;
        greeting[number] ^= 0x55;
    }
    client.write_all(&greeting).unwrap();
    let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || {
        // Whoever hangs up first ends the line.
        drop(std::io::copy(&mut answers, &mut back));
        drop(back.shutdown(Shutdown::Both));
    });
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let sent = &buffer[..length];
        let commits = sent.windows(7).any(|bytes| bytes == b"\x03COMMIT");
        if commits && fault == Fault::LosesTheCommit {
            break;
        }
        if commits && fault == Fault::LosesTheAnswer {
            // Nothing goes back to the client any more, and the server gets the command all the same.
            drop(client.shutdown(Shutdown::Both));
            drop(server.write_all(sent));
            // The server closes when it reads that nobody is there; until then it commits.
            std::thread::sleep(std::time::Duration::from_millis(300));
            break;
        }
        if server.write_all(sent).is_err() {
            break;
        }
    }
    drop(server.shutdown(Shutdown::Both));
    drop(client.shutdown(Shutdown::Both));
}

fn read_packet(stream: &mut TcpStream) -> Vec<u8> {
    let mut header = [0; 4];
    stream.read_exact(&mut header).unwrap();
    let length = usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
    let mut packet = header.to_vec();
    packet.resize(4 + length, 0);
    stream.read_exact(&mut packet[4..]).unwrap();
    packet
}
