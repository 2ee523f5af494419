//! What an audit costs: the binary against the emulator in another process.
//!
//! `cargo bench` prints a table for 10,000 mailboxes at 0 and 40 ms a request. Other sizes:
//! `cargo bench -- --users 10000,100000 --latency 0`. What the columns mean stands in `docs/performance.md`.
//! Linux only: processor time and memory are read from `/proc`.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_workspace-audit");

/// `USER_HZ`, which Linux fixes for programs.
const TICKS_A_SECOND: f64 = 100.0;

fn main() -> Result<(), Box<dyn Error>> {
    let users = numbers("--users", &[10_000])?;
    let latencies = numbers("--latency", &[0, 40])?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "| mailboxes | latency | wall | requests/s | client CPU/mailbox | RS256 | ratio | client memory | emulator CPU | store | report |"
    )?;
    writeln!(out, "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")?;
    for &users in &users {
        for &latency in &latencies {
            writeln!(out, "{}", measure(users, latency)?)?;
        }
    }
    Ok(())
}

/// One audit of a tenant of so many users, first run of its history.
fn measure(users: u64, latency: u64) -> Result<String, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut emulator = Command::new(BINARY)
        .args(["emulate", "--listen", "127.0.0.1:0", "--tenant", &format!("huge:{users}")])
        .args(["--latency", &latency.to_string(), "--client-files"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let measured = wait_for(&folder.path().join("config.toml"))
        .and_then(|()| audit(folder.path(), users, latency, emulator.id()));
    emulator.kill()?;
    emulator.wait()?;
    measured
}

fn audit(folder: &Path, users: u64, latency: u64, emulator: u32) -> Result<String, Box<dyn Error>> {
    let signature = signature_time(&folder.join("service-account.json"))?;
    let emulator_before = processor_seconds(emulator)?;
    let began = Instant::now();
    let mut client = Command::new(BINARY)
        .args(["run", "--quiet", "--config"])
        .arg(folder.join("config.toml"))
        .stdout(Stdio::null())
        .spawn()?;
    let (processor, memory) = watch(&mut client)?;
    let wall = began.elapsed().as_secs_f64();
    let emulator = processor_seconds(emulator)? - emulator_before;
    let reports = folder.join("reports");
    let manifest: Value = serde_json::from_slice(&fs::read(reports.join("latest/manifest.json"))?)?;
    let requests = total_requests(&manifest);
    let per_mailbox = processor * 1000.0 / users as f64;
    Ok(format!(
        "| {users} | {latency} ms | {wall:.2} s | {:.0} | {per_mailbox:.3} ms | {:.3} ms | {:.2} | {} MB | {emulator:.2} s | {} MB | {:.1} MB |",
        requests / wall,
        signature * 1000.0,
        per_mailbox / (signature * 1000.0),
        memory / 1024,
        fs::metadata(reports.join("history.sqlite"))?.len() >> 20,
        fs::metadata(reports.join("latest/report.html"))?.len() as f64 / 1e6,
    ))
}

/// Every number below `requests`.
fn total_requests(manifest: &Value) -> f64 {
    fn sum(value: &Value) -> f64 {
        match value {
            Value::Object(fields) => fields.get("calls").map_or_else(|| fields.values().map(sum).sum(), sum),
            other => other.as_f64().unwrap_or(0.0),
        }
    }
    sum(&manifest["requests"])
}

/// Seconds of one RS256 signature with the key that the audit signs with: the floor of a mailbox.
fn signature_time(key_file: &Path) -> Result<f64, Box<dyn Error>> {
    let file: Value = serde_json::from_slice(&fs::read(key_file)?)?;
    let pem = file["private_key"].as_str().ok_or("no private_key")?;
    let key = KeyPair::from_pkcs8(PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())?.secret_pkcs8_der())
        .map_err(|_| "no RSA key")?;
    let (random, message, mut signature) = (SystemRandom::new(), [7; 700], vec![0; key.public_modulus_len()]);
    let rounds = 2_000;
    let began = Instant::now();
    for _ in 0..rounds {
        key.sign(&RSA_PKCS1_SHA256, &random, black_box(&message), &mut signature)
            .map_err(|_| "no signature")?;
    }
    Ok(began.elapsed().as_secs_f64() / f64::from(rounds))
}

/// Seconds of processor time and most kB of memory of a process, until it ends.
fn watch(process: &mut Child) -> Result<(f64, u64), Box<dyn Error>> {
    let (id, mut memory) = (process.id(), 0);
    loop {
        memory = memory.max(peak_memory(id).unwrap_or(0));
        // A process that has ended still tells its times, until somebody waits for it.
        if fs::read_to_string(format!("/proc/{id}/stat"))?.contains(") Z ") {
            let processor = processor_seconds(id)?;
            process.wait()?;
            return Ok((processor, memory));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time.
fn processor_seconds(process: u32) -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after_name = stat.rsplit_once(") ").ok_or("no stat")?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / TICKS_A_SECOND)
}

fn wait_for(file: &Path) -> Result<(), Box<dyn Error>> {
    for _ in 0..600 {
        if file.exists() {
            // It is written last but in several steps.
            std::thread::sleep(Duration::from_millis(100));
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err("the emulator did not start".into())
}

/// The numbers after a flag, separated by commas.
fn numbers(flag: &str, default: &[u64]) -> Result<Vec<u64>, Box<dyn Error>> {
    let mut arguments = std::env::args().skip_while(|argument| argument != flag).skip(1);
    match arguments.next() {
        Some(list) => Ok(list.split(',').map(str::parse).collect::<Result<_, _>>()?),
        None => Ok(default.to_vec()),
    }
}
