//! Lines of standard input: one output line for each, in order, also with Ctrl-C and a closed pipe.

use crate::program::Home;

const DE_EN: [&str; 5] = ["translate", "--from", "de", "--to", "en"];

// Sentences of such different lengths that they finish out of order.
fn numbered(count: usize) -> Vec<String> {
    let sentence = |n: usize| match n % 4 {
        0 => format!("Ich habe {n} Bücher."),
        1 => format!("Tom hat seiner Mutter gestern {n} lange Briefe geschrieben, und sie hat alle gelesen."),
        2 => format!("Wir haben um {n} Uhr im Park auf Maria gewartet."),
        _ => format!("{n} Kinder."),
    };
    (0..count).map(sentence).collect()
}

#[test]
fn a_hundred_lines_are_translated_in_order_as_one_by_one() {
    let home = Home::new();
    let input = numbered(100).join("\n") + "\n";
    let together = home.run_with_input(&DE_EN, &input);
    assert_eq!(together.status, Some(0), "{}", together.err);
    let alone = home.run_with_input(&[&DE_EN[..], &["--sequences", "1"]].concat(), &input);
    let pairs: Vec<_> = together.out.lines().zip(alone.out.lines()).collect();
    assert_eq!(pairs.len(), 100);
    for (line, (together, alone)) in pairs.into_iter().enumerate() {
        assert_eq!(together, alone, "line {line}");
    }
}

#[test]
fn empty_lines_remain_and_all_kinds_of_line_ends_separate() {
    let home = Home::new();
    let ended = home.run_with_input(&DE_EN, "Es regnet.\r\n\r\n\nTom ist müde.\n   \n12:30\nEs regnet.");
    assert_eq!(ended.status, Some(0), "{}", ended.err);
    let lines: Vec<&str> = ended.out.split('\n').map(str::trim).collect();
    assert_eq!(lines, ["It's raining.", "", "", "Tom is tired.", "", "12:30", "It's raining.", ""]);
}

#[test]
fn invalid_utf8_is_reported_with_its_line() {
    let home = Home::new();
    let ended = home.run_with_input(&DE_EN, b"Es regnet.\nTom \xff\nEs regnet.\n");
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), "It's raining.\n"));
    assert!(ended.err.contains("line 2 of standard input"), "{}", ended.err);
}

#[cfg(unix)]
mod interrupted {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::process::{Child, ChildStdout};
    use std::time::{Duration, Instant};

    use super::DE_EN;
    use crate::program::{Home, interrupt};

    const PAIRS: [(&str, &str); 3] = [
        ("Es regnet.", "It's raining."),
        ("Tom ist müde.", "Tom is tired."),
        ("Wo ist der Bahnhof?", "Where is the station?"),
    ];
    const LINES: usize = 300;

    // A running translation, its first line, and the pipe of the other lines.
    fn start_translation(home: &Home) -> (Child, String, BufReader<ChildStdout>) {
        let mut child = home.start(&DE_EN);
        let input: String =
            PAIRS.iter().cycle().take(LINES).map(|(german, _)| format!("{german}\n")).collect();
        child.stdin.as_mut().expect("is piped").write_all(input.as_bytes()).expect("is read");
        let mut out = BufReader::new(child.stdout.take().expect("is piped"));
        let mut first = String::new();
        out.read_line(&mut first).expect("a line");
        (child, first, out)
    }

    fn stderr(child: &mut Child) -> String {
        let mut text = String::new();
        child.stderr.as_mut().expect("is piped").read_to_string(&mut text).expect("is UTF-8");
        text
    }

    #[test]
    fn ctrl_c_keeps_finished_lines() {
        let home = Home::new();
        let (mut child, first, mut out) = start_translation(&home);
        interrupt(&child);
        let interrupted = Instant::now();
        let mut rest = String::new();
        out.read_to_string(&mut rest).expect("is UTF-8");
        assert_eq!(child.wait().expect("ends").code(), Some(130));
        assert!(interrupted.elapsed() < Duration::from_secs(10), "{:?}", interrupted.elapsed());
        let expected: String =
            PAIRS.iter().cycle().take(LINES).map(|(_, english)| format!("{english}\n")).collect();
        let finished = first + &rest;
        assert!(finished.len() < expected.len(), "the translation had ended already");
        assert!(expected.starts_with(&finished) && finished.ends_with('\n'), "{finished}");
        assert!(!stderr(&mut child).contains("panicked"));
    }

    #[test]
    fn a_closed_pipe_ends_the_command_without_a_message() {
        let home = Home::new();
        let (mut child, _, out) = start_translation(&home);
        drop(out);
        let closed = Instant::now();
        child.wait().expect("ends");
        assert!(closed.elapsed() < Duration::from_secs(10), "{:?}", closed.elapsed());
        let message = stderr(&mut child);
        assert!(!message.contains("panicked") && !message.contains("wasan:"), "{message}");
    }
}
