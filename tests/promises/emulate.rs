//! The emulator as a program of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

#[test]
fn the_signal_to_terminate_lets_open_requests_finish() {
    let folder = tempfile::tempdir().unwrap();
    let mut emulator = Command::new(env!("CARGO_BIN_EXE_workspace-audit"))
        .args(["emulate", "--tenant", "healthy", "--listen", "127.0.0.1:0", "--latency", "600"])
        .arg("--client-files")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(emulator.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| Some(line.strip_prefix("serving http://")?.to_owned())).unwrap();
    assert!(lines.any(|line| line.starts_with("stop: ")));

    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").unwrap();
    sleep(Duration::from_millis(200));
    let id = emulator.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(emulator.wait().unwrap().code(), Some(0));
}
