//! The real binary as the node, here and on hosts.

use hostwright::{
    connection::{Connector, Link, Settings, Target},
    wire::{self, Envelope, Hello, Reply, Request, Welcome},
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::as_root;
use crate::hosts::{Hosts, Sshd};

fn connector() -> (Connector, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        program: env!("CARGO_BIN_EXE_hostwright").into(),
        runtime: folder.path().to_owned(),
        ..Settings::default()
    };
    (Connector::new(settings), folder)
}

async fn welcome(link: &mut Link) -> Welcome {
    let hello = Hello {
        version: wire::VERSION,
        run: "a run".to_owned(),
        host: "h1".to_owned(),
        owner: "the tests".to_owned(),
    };
    let envelope = Envelope {
        nonce: 7,
        id: 1,
        body: Request::Hello(hello),
    };
    let frame = wire::encode(&envelope).unwrap();
    link.input.write_all(&frame).await.unwrap();
    link.input.flush().await.unwrap();
    let mut prefix = [0; 4];
    link.output.read_exact(&mut prefix).await.unwrap();
    let mut body = vec![0; wire::length(prefix).unwrap()];
    link.output.read_exact(&mut body).await.unwrap();
    let answer: Envelope<Reply> = wire::decode(&body).unwrap();
    assert_eq!((answer.nonce, answer.id), (7, 1));
    match answer.body {
        Reply::Welcome(welcome) => welcome,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_node_that_answers_is_the_program_that_was_sent() {
    let (connector, _folder) = connector();
    let sshd = Sshd::start();
    for target in [Target::local(), sshd.target()] {
        let mut link = connector.open(&target).await.unwrap();
        let welcome = welcome(&mut link).await;
        assert_eq!(welcome.digest, link.digest);
        link.close().await;
    }
}

#[tokio::test]
async fn three_hosts_are_reached_at_once() {
    let Some(hosts) = Hosts::start(3) else { return };
    let (connector, _folder) = connector();
    let [one, two, three] = [0, 1, 2].map(|at| as_root(&hosts, at));
    let (one, two, three) = tokio::join!(
        connector.open(&one),
        connector.open(&two),
        connector.open(&three)
    );
    for link in [one, two, three] {
        let mut link = link.unwrap();
        assert_eq!(welcome(&mut link).await.user, "root");
        link.close().await;
    }
}
