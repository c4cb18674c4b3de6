//! Encrypted connections, with the certificates that the system trusts: here those of `SSL_CERT_FILE`, as on Linux.
#![cfg(target_os = "linux")]

use crate::hub::{Content, FILE, Hub, REPOSITORY, api};
use crate::program::Setup;
use crate::server::{Reply, Server};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// A root certificate, and one for `localhost` signed with it, both valid to 2126; made by `certificates.sh`.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/downloads/certificates/root.pem");
const LOCALHOST: &[u8] = include_bytes!("certificates/localhost.pem");
const LOCALHOST_KEY: &[u8] = include_bytes!("certificates/localhost.key.pem");

/// Encrypts the connections to a server of this computer; returns the port.
fn encrypt(server: &Server) -> u16 {
    let certificate = CertificateDer::from_pem_slice(LOCALHOST).unwrap();
    let key = PrivateKeyDer::from_pem_slice(LOCALHOST_KEY).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, behind) = (listener.local_addr().unwrap().port(), server.port());
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let config = config.clone();
            thread::spawn(move || {
                let plain = TcpStream::connect(("127.0.0.1", behind)).unwrap();
                let mut secure = StreamOwned::new(ServerConnection::new(config).unwrap(), client);
                let _ = relay(&mut secure, plain);
                let _ = secure.sock.shutdown(Shutdown::Both);
            });
        }
    });
    port
}

/// The head of a request to the server, all that it answers to the client.
fn relay(client: &mut StreamOwned<ServerConnection, TcpStream>, mut server: TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        io::Read::read_exact(client, &mut byte)?;
        head.extend(byte);
    }
    io::Write::write_all(&mut server, &head)?;
    io::copy(&mut server, client)?;
    client.conn.send_close_notify();
    client.conn.complete_io(&mut client.sock)?;
    Ok(())
}

#[test]
fn a_trusted_certificate_is_accepted_and_no_other() {
    let content = Content::new(110, 1 << 20);
    let about = content.clone();
    let hub = Server::start(move |seen| match seen.target.starts_with("/api/") {
        true => api(),
        false if seen.method == "HEAD" => {
            Reply::new(200, &[("ETag", &format!("\"{}\"", about.sha256()))], about.bytes())
        }
        false => about.send(seen),
    });
    let port = encrypt(&hub);
    let setup =
        Setup::new(&format!("https://localhost:{port}")).with("SSL_CERT_FILE", ROOT).with("HF_TOKEN", "hf_x");
    setup.run().assert_done(&setup, content.bytes());
    assert!(hub.seen().iter().all(|seen| seen.header("authorization") == Some("Bearer hf_x")));
    assert!(
        hub.seen()[1].target.starts_with(&format!("/{REPOSITORY}/resolve/"))
            && hub.seen()[1].target.ends_with(FILE)
    );

    // The right root, another name; then the system's own roots.
    let asked = hub.seen().len();
    let setup = Setup::new(&format!("https://127.0.0.1:{port}")).with("SSL_CERT_FILE", ROOT);
    let message = setup.run().assert_failed("network")["message"].to_string();
    assert!(message.contains("certificate"), "{message}");
    let outcome = Setup::new(&format!("https://localhost:{port}")).run();
    outcome.assert_failed("network");
    assert!(outcome.all("waiting").is_empty(), "waiting does not help");
    assert_eq!(hub.seen().len(), asked);
}

#[test]
fn a_redirect_to_an_unencrypted_address_is_refused() {
    let content = Content::new(111, 1000);
    let Hub { cdn, .. } = Hub::new(&content);
    let (location, about) = (cdn.url(), content.clone());
    let hub = Server::start(move |seen| match seen.target.starts_with("/api/") {
        true => api(),
        false => about.redirect(&location),
    });
    let setup = Setup::new(&format!("https://localhost:{}", encrypt(&hub))).with("SSL_CERT_FILE", ROOT);
    let message = setup.run().assert_failed("server")["message"].to_string();
    assert!(message.contains("unencrypted"), "{message}");
    assert!(cdn.seen().is_empty());
}

#[test]
fn an_encrypted_connection_goes_through_a_proxy() {
    let content = Content::new(112, 100_000);
    let about = content.clone();
    let hub = Server::start(move |seen| match seen.target.starts_with("/api/") {
        true => api(),
        false if seen.method == "HEAD" => {
            Reply::new(200, &[("ETag", &format!("\"{}\"", about.sha256()))], about.bytes())
        }
        false => about.send(seen),
    });
    let proxy = Server::start(|seen| Reply::tunnel(seen.target.rsplit_once(':').unwrap().1.parse().unwrap()));
    let setup = Setup::new(&format!("https://localhost:{}", encrypt(&hub)));
    let setup = setup.with("SSL_CERT_FILE", ROOT).with("HTTPS_PROXY", &proxy.url()).with("HF_TOKEN", "hf_x");
    setup.run().assert_done(&setup, content.bytes());
    assert!(
        proxy.seen().iter().all(|seen| seen.method == "CONNECT" && seen.header("authorization").is_none())
    );
}
