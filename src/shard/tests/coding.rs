//! Tests of connections with a compressed body.

use flate2::read::GzDecoder;

use super::*;
use crate::connection::Overflow;
use crate::wire::Coding;

const CODINGS: [Coding; 3] = [Coding::Identity, Coding::Gzip, Coding::Zstd];

/// A connection in that coding, and its client.
fn compressed(bench: &Bench, coding: Coding) -> (Connection, UnixStream) {
    let options = ConnectionOptions { ping: Some(50 * SECOND), ..Default::default() };
    let connection = open(bench, options);
    connection.push(|connection| Command::SetCoding { connection, coding });
    let (socket, client) = pair();
    connection.send(vec![frame(3)]);
    connection.attach_socket(socket, Framing::Plain);
    (connection, client)
}

fn read(client: &mut UnixStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = client.read_to_end(&mut bytes);
    bytes
}

fn decoded(coding: Coding, body: &[u8]) -> String {
    let mut plain = Vec::new();
    match coding {
        Coding::Identity => plain.extend_from_slice(body),
        Coding::Gzip => drop(GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
        Coding::Zstd => plain = zstd::decode_all(body).unwrap(),
    }
    String::from_utf8(plain).unwrap()
}

/// An event that compresses badly. Each step of the generator gives one letter.
fn noise(size: usize, seed: u32) -> Frame {
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let letters = std::iter::successors(Some(seed), next);
    let letters = letters.map(|state| char::from(b'@' + (state >> 26) as u8));
    Event { data: Some(letters.take(size).collect()), ..Event::default() }.encode().unwrap()
}

fn text(frame: &Frame) -> String {
    String::from_utf8(frame.bytes(Framing::Plain).to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn queued_events_later_events_and_pings_form_a_whole_body() {
    for coding in CODINGS {
        let mut bench = Bench::new(ConnectionOptions::default());
        let (connection, mut client) = compressed(&bench, coding);
        bench.work_for(60 * SECOND).await;
        connection.send(vec![frame(20), frame(5)]);
        connection.push(|connection| Command::Close { connection, reason: CloseReason::End });
        bench.work_for(SECOND).await;
        let expected = text(&frame(3)) + ":\n\n" + &text(&frame(20)) + &text(&frame(5));
        assert_eq!(decoded(coding, &read(&mut client)), expected);
        assert_eq!(bench.reasons(), [CloseReason::End]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_client_gets_a_whole_body() {
    for coding in CODINGS {
        let mut bench = Bench::new(ConnectionOptions::default());
        let (connection, mut client) = compressed(&bench, coding);
        let large = noise(1 << 20, 1);
        connection.send(vec![large.clone(), frame(1)]);
        connection.push(|connection| Command::Close { connection, reason: CloseReason::End });
        let mut body = Vec::new();
        let mut reads = 0;
        while bench.shard.connections.get_mut(connection.id).is_some() || reads == 0 {
            bench.work_for(SECOND).await;
            body.extend(read(&mut client));
            reads += 1;
        }
        assert!(reads > 1);
        let expected = text(&frame(3)) + &text(&large) + &text(&frame(1));
        assert!(decoded(coding, &body) == expected);
    }
}

fn publish(bench: &Bench, place: u64, frame: &Frame, key: Option<&str>) {
    let (place, key, frame) = (Place(place), key.map(Arc::from), frame.clone());
    bench.shard.links.inbox.push(Command::Broadcast { channel: ChannelId(0), place, frame, key });
}

#[tokio::test(start_paused = true)]
async fn members_share_blocks_and_a_run_is_one_block() {
    for coding in CODINGS {
        let mut bench = Bench::new(ConnectionOptions::default());
        let (connection, mut client) = compressed(&bench, coding);
        let (id, channel) = (connection.id, ChannelId(0));
        let join = Command::Join { connection: id, channel, last: Place(0), replay: Vec::new() };
        bench.shard.links.inbox.push(join);
        bench.work_for(SECOND).await;
        (1..100).for_each(|place| publish(&bench, place, &frame(100), None));
        bench.work_for(SECOND).await;
        publish(&bench, 100, &frame(7), None);
        connection.push(|connection| Command::Close { connection, reason: CloseReason::End });
        bench.work_for(SECOND).await;
        let body = read(&mut client);
        let expected = text(&frame(3)) + &text(&frame(100)).repeat(99) + &text(&frame(7));
        assert_eq!(decoded(coding, &body), expected);
        assert!(coding == Coding::Identity || body.len() < 250, "{} bytes", body.len());
    }
}

#[tokio::test(start_paused = true)]
async fn the_response_head_comes_first_and_uncompressed() {
    for coding in CODINGS {
        let mut bench = Bench::new(ConnectionOptions::default());
        let connection = open(&bench, ConnectionOptions::default());
        connection.push(|connection| Command::SetCoding { connection, coding });
        connection.send(vec![frame(3)]);
        let (socket, mut client) = pair();
        let (framing, head) = (Framing::Plain, Box::from(*b"the head\r\n\r\n"));
        connection.push(|connection| Command::AttachSocket { connection, socket, framing, head });
        connection.push(|connection| Command::Close { connection, reason: CloseReason::End });
        bench.work_for(SECOND).await;
        let response = read(&mut client);
        let body = response.strip_prefix(b"the head\r\n\r\n").unwrap();
        assert_eq!(decoded(coding, body), text(&frame(3)));
    }
}

/// The bytes for the host to write. The host writes at once.
async fn written(bench: &mut Bench) -> Vec<u8> {
    let mut written = Vec::new();
    loop {
        bench.work_for(SECOND).await;
        let before = written.len();
        for notice in bench.shard.links.outbox.take() {
            if let Notice::Write { connections, bytes } = notice {
                written.extend_from_slice(&bytes);
                bench.shard.links.inbox.push(Command::Written { connections, slow: false });
            }
        }
        if written.len() == before {
            return written;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_the_host_writes_is_whole() {
    for coding in CODINGS {
        let mut bench = Bench::new(ConnectionOptions::default());
        let connection = open(&bench, ConnectionOptions::default());
        connection.push(|connection| Command::SetCoding { connection, coding });
        connection.push(|connection| Command::AttachStream(connection, Framing::Plain));
        let (id, channel) = (connection.id, ChannelId(0));
        let join = Command::Join { connection: id, channel, last: Place(0), replay: Vec::new() };
        bench.shard.links.inbox.push(join);
        let events: Vec<Frame> = (1..=5).map(|event| noise(30_000, event)).collect();
        let mut body = Vec::new();
        for (event, place) in events.iter().zip(1..) {
            publish(&bench, place, event, None);
            // The first two form a run, and each of the others is sent alone.
            if place > 1 {
                body.extend(written(&mut bench).await);
            }
        }
        connection.push(|connection| Command::Close { connection, reason: CloseReason::End });
        body.extend(written(&mut bench).await);
        assert_eq!(decoded(coding, &body), events.iter().map(text).collect::<String>());
    }
}

/// Part of a run may already be sent when the client turns out to be slow.
#[tokio::test(start_paused = true)]
async fn a_run_that_has_begun_is_not_conflated() {
    for coding in CODINGS {
        let mut bench = Bench::new(ConnectionOptions::default());
        let (connection, mut client) = compressed(&bench, coding);
        let (id, channel, overflow) = (connection.id, ChannelId(0), Overflow::Conflate);
        let channels = vec![channel];
        bench.shard.links.inbox.push(Command::SetOverflow { connection: id, overflow, channels });
        let join = Command::Join { connection: id, channel, last: Place(0), replay: Vec::new() };
        bench.shard.links.inbox.push(join);
        bench.work_for(SECOND).await;
        // The kernel takes some events of the run at once.
        let events: Vec<Frame> = (1..=25).map(|event| noise(10_000, event)).collect();
        for (event, place) in events.iter().zip(1..) {
            publish(&bench, place, event, Some("the key"));
        }
        let mut body = Vec::new();
        for _ in 0..9 {
            bench.work_for(SECOND).await;
            body.extend(read(&mut client));
        }
        connection.push(|connection| Command::Close { connection, reason: CloseReason::End });
        bench.work_for(SECOND).await;
        body.extend(read(&mut client));
        let expected = text(&frame(3)) + &events.iter().map(text).collect::<String>();
        assert!(decoded(coding, &body) == expected);
    }
}
