//! Ends the command quietly when nobody reads its output any more, as in `wasan models sets | head`.

/// The exit status of a program that the system ends for writing to a closed pipe: 128 + SIGPIPE.
const STATUS: i32 = 141;

/// What the standard library's `println!` and `eprintln!` panic with: the system's number of "broken pipe" on Unix,
/// and those of "broken pipe" and "no data" on Windows.
const MESSAGE: &str = "failed printing to std";
const NUMBERS: [&str; 3] = ["(os error 32)", "(os error 109)", "(os error 232)"];

/// Replaces the panic of a closed pipe by the end of the program. What has been translated is stored by then.
pub fn ends_quietly() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload_as_str().unwrap_or_default();
        if text.starts_with(MESSAGE) && NUMBERS.iter().any(|number| text.ends_with(number)) {
            std::process::exit(STATUS);
        }
        report(panic);
    }));
}
