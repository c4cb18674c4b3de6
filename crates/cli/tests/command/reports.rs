//! JSON for other programs: logits, adapters and benchmarks.

use serde_json::Value;

use crate::program::Home;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn logits_are_pairs_and_the_continuation_is_ids() {
    let home = Home::new();
    let tokens = ["logits", "--model", "starter-large", "--tokens", "0,3,409,4", "--json"];
    let found = home.run(&[&tokens[..], &["--top", "5", "--greedy", "3"]].concat()).json();
    assert_eq!(keys(&found), ["greedy", "top"]);
    let top: Vec<(u64, f64)> = serde_json::from_value(found["top"].clone()).expect("pairs");
    assert_eq!(top.len(), 5);
    assert!(top.windows(2).all(|pair| pair[0].1 >= pair[1].1), "largest first: {top:?}");
    let greedy: Vec<u64> = serde_json::from_value(found["greedy"].clone()).expect("ids");
    assert_eq!((greedy.len(), greedy[0]), (3, top[0].0), "greedy takes the largest");

    let longer = format!("0,3,409,4,{}", greedy[0]);
    let next =
        home.run(&["logits", "--model", "starter-large", "--tokens", &longer, "--top", "1", "--json"]).json();
    assert_eq!(next["top"][0][0], greedy[1]);
    assert_eq!(next["greedy"], Value::Array(Vec::new()));
}

#[test]
fn an_adapter_passes_its_self_test() {
    let home = Home::new();
    let adapters = home.run(&["gpu", "--json"]).json();
    let adapters = adapters.as_array().expect("a list");
    assert!(adapters.iter().any(|adapter| adapter["self_test"] == "passed"), "{adapters:?}");
    for (index, adapter) in adapters.iter().enumerate() {
        assert_eq!(adapter["place"], index);
        for field in ["name", "driver", "backend", "kind", "max_binding_bytes", "half", "subgroup", "seconds"]
        {
            assert!(!adapter[field].is_null(), "{field}: {adapter}");
        }
    }
}

// One small model is enough; the time is more than its measurements need on any machine.
const BENCH: [&str; 7] = ["bench", "--recipe", "L", "--large", "starter-small-de", "--seconds", "86400"];

#[test]
fn a_benchmark_has_every_field_and_compares_with_an_earlier_one() {
    let home = Home::new();
    let report = home.run(&[&BENCH[..], &["--json"]].concat()).json();
    assert!(report["adapter"].as_str().is_some_and(|name| !name.is_empty()));
    assert!(report["copy_bytes_per_s"].as_f64().is_some_and(|speed| speed > 0.0));
    assert_eq!(report["complete"], true);
    let [measurement] = report["measurements"].as_array().expect("a list").as_slice() else {
        panic!("{report}")
    };
    for field in [
        "load_s",
        "first_token_s",
        "dispatches_per_token",
        "bytes_read_back_per_token",
        "weight_bytes_per_token",
        "gpu_bytes",
        "bandwidth_share",
    ] {
        assert!(measurement[field].as_f64().is_some_and(|number| number > 0.0), "{field}: {measurement}");
    }
    let speeds = measurement["speeds"].as_array().expect("a list");
    let sequences: Vec<_> = speeds.iter().filter_map(|speed| speed["sequences"].as_u64()).collect();
    assert_eq!(sequences, [1, 4, 8, 16]);
    for field in ["prefill_tokens_per_s", "decode_tokens_per_s"] {
        assert!(speeds.iter().all(|speed| speed[field].as_f64().is_some_and(|rate| rate > 0.0)), "{report}");
    }

    let file = home.write("earlier.json", report.to_string());
    let file = file.to_str().expect("a name in UTF-8");
    // Without time it only counts.
    let counted = [&BENCH[..5], &["--seconds", "1e-9", "--against", file]].concat();
    let compared = home.run_ok(&counted);
    let line = |name: &str| compared.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    assert!(line("weights read per token").contains("(1.00 ×)"), "{compared}");
    assert!(line("dispatches per token").contains("(1.00 ×)"), "{compared}");
    assert!(line("first token").ends_with("– s"), "not measured: {compared}");

    let refused = home.run(&["bench", "--against", "/nowhere.json"]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.err.contains("cannot compare with") && refused.err.contains("wasan bench --json"));
}

#[test]
fn a_benchmark_without_time_counts_and_says_what_is_missing() {
    let home = Home::new();
    let run =
        home.run(&["bench", "--recipe", "L", "--large", "starter-small-de", "--seconds", "1e-9", "--json"]);
    assert!(run.err.contains("not everything was measured"), "{}", run.err);
    let report = run.json();
    assert_eq!(report["complete"], false);
    let cost = &report["measurements"][0];
    assert!(cost["dispatches_per_token"].as_f64().is_some_and(|count| count > 0.0), "{report}");
    assert_eq!(
        (&cost["first_token_s"], &cost["speeds"][0]["decode_tokens_per_s"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn drafts_save_reading_weights() {
    let home = Home::new();
    let report = home.run(&["bench", "--only", "drafts", "--seconds", "86400", "--json"]).json();
    let cost = &report["measurements"][0];
    assert_eq!(cost["speeds"][0]["decode_tokens_per_s"], Value::Null, "not wanted: {report}");
    let drafts = &cost["drafts"];
    assert_eq!(drafts["drafts"], 3);
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("{report}"));
    let (acceptance, tokens) = (number(&drafts["acceptance"]), number(&drafts["tokens_per_round"]));
    // The starters agree on most tokens.
    assert!(acceptance > 0.5 && acceptance <= 1.0, "{report}");
    assert!((tokens - 1.0 - 3.0 * acceptance).abs() < 1e-3, "one token more than what is accepted: {report}");
    assert!(number(&drafts["weight_bytes_per_token"]) < number(&cost["weight_bytes_per_token"]), "{report}");
    for field in ["dispatches_per_token", "tokens_per_s", "plain_tokens_per_s"] {
        assert!(number(&drafts[field]) > 0.0, "{field}: {report}");
    }
    assert_eq!(report["measurements"][1]["drafts"], Value::Null, "one model has nothing to verify");
}
