//! `cargo run -p corpus --example report -- de en PAIRS [TEST…]`: reads and cleans text, and
//! prints the report and the time taken.

use corpus::{Cleaning, HeldOut, Input, PairOptions, clean, read_pairs};
use std::time::Instant;

fn main() -> corpus::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, target, pairs, tests @ ..] = arguments.as_slice() else {
        eprintln!("usage: report SOURCE TARGET PAIRS [TEST…]");
        std::process::exit(2);
    };
    let options = PairOptions::new(source, target);
    let read = |name: &String| read_pairs(&[name.as_str().into()], &options, &mut |_| {});
    let held_out =
        tests.iter().map(|name| Ok(HeldOut::new(Input::from(name.as_str()).to_string(), &read(name)?)));
    let cleaning = Cleaning { held_out: held_out.collect::<corpus::Result<_>>()?, ..Cleaning::default() };
    let start = Instant::now();
    let pairs = read(pairs)?;
    let reading = start.elapsed();
    let (pairs, report) = clean(pairs, &cleaning);
    println!("{report}");
    for file in pairs.text_sources().iter().flat_map(|text_source| &text_source.files) {
        println!("{}  {}", file.sha256, file.path.display());
    }
    println!("read in {} ms, cleaned in {} ms", reading.as_millis(), (start.elapsed() - reading).as_millis());
    Ok(())
}
