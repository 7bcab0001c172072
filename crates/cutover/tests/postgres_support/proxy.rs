//! A line between client and server that does what networks and poolers do.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

/// What the line does to what passes through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Swallows the startup packet's options, as a pooler does.
    SwallowsOptions,
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
    let startup = read_startup(&mut client);
    server.write_all(&if fault == Fault::SwallowsOptions { without_options(&startup) } else { startup }).unwrap();
    let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || {
        // Whoever hangs up first ends the line.
        drop(std::io::copy(&mut answers, &mut back));
        drop(back.shutdown(Shutdown::Both));
    });
    let mut buffer = [0; 65_536];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let commit = buffer[..length].ends_with(b"COMMIT\0");
        if commit && fault == Fault::LosesTheAnswer {
            client.shutdown(Shutdown::Both).unwrap();
        }
        if commit && fault == Fault::LosesTheCommit {
            drop(client.shutdown(Shutdown::Both));
            break;
        }
        if server.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // The server reads what was sent to it before it notices the end.
    drop(server.shutdown(Shutdown::Write));
}

fn read_startup(client: &mut TcpStream) -> Vec<u8> {
    let mut packet = vec![0; 4];
    client.read_exact(&mut packet).unwrap();
    let length = u32::from_be_bytes(packet[..4].try_into().unwrap()) as usize;
    packet.resize(length, 0);
    client.read_exact(&mut packet[4..]).unwrap();
    packet
}

/// The packet is its length, the protocol's version, and names and values that each end in a zero byte.
fn without_options(packet: &[u8]) -> Vec<u8> {
    let words: Vec<_> = packet[8..].split(|byte| *byte == 0).collect();
    let mut kept = packet[4..8].to_vec();
    for pair in words.chunks(2).take_while(|pair| !pair[0].is_empty()).filter(|pair| pair[0] != b"options") {
        for word in pair {
            kept.extend_from_slice(word);
            kept.push(0);
        }
    }
    kept.push(0);
    let mut whole = u32::try_from(kept.len() + 4).unwrap().to_be_bytes().to_vec();
    whole.extend(kept);
    whole
}
