use burn::tensor::Device;
use model_files::*;
use training::batches::*;
use training::*;
fn main() {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let (method, lr, h, l, heads, kv, ff, v, epochs, out) = (
        &a[0],
        a[1].parse::<f64>().unwrap(),
        a[2].parse::<usize>().unwrap(),
        a[3].parse::<usize>().unwrap(),
        a[4].parse::<usize>().unwrap(),
        a[5].parse::<usize>().unwrap(),
        a[6].parse::<usize>().unwrap(),
        a[7].parse::<usize>().unwrap(),
        a[8].parse::<f64>().unwrap(),
        &a[9],
    );
    let micro: usize = a[10].parse().unwrap();
    let read = |p: &str| -> Vec<(String, String)> {
        std::fs::read_to_string(p)
            .unwrap()
            .lines()
            .map(|x| {
                let (s, t) = x.split_once('\t').unwrap();
                (s.into(), t.into())
            })
            .collect()
    };
    let de = read("/tmp/data/tatoeba.de-en.tsv");
    let ja = read("/tmp/data/tatoeba.ja-en.tsv");
    let tn = read("/tmp/data/tanaka50k.ja-en.tsv");
    let special: Vec<String> =
        ["<|begin_of_text|>", "<|end_of_text|>", "<|pad|>", "<|de|>", "<|en|>", "<|ja|>"]
            .map(String::from)
            .to_vec();
    let tpath = format!("/tmp/data/tok-{v}.json");
    if !std::path::Path::new(&tpath).exists() {
        let t = std::time::Instant::now();
        let it = de.iter().chain(&ja).chain(&tn).flat_map(|(a, b)| [a.as_str(), b.as_str()]);
        let j = train_tokenizer(it, v, &special).unwrap();
        std::fs::write(&tpath, j).unwrap();
        println!("tokenizer {:?}", t.elapsed());
    }
    let tj = std::fs::read(&tpath).unwrap();
    let tok = Tokenizer::from_bytes(&tj).unwrap();
    let ex = |s: &str, t: &str, f: u32, g: u32, all: bool| {
        let mut ids = vec![0, f];
        ids.extend(tok.encode(s).unwrap());
        ids.push(g);
        let n = ids.len();
        ids.extend(tok.encode(t).unwrap());
        ids.push(1);
        Example { ids, learn_from: if all { 1 } else { n } }
    };
    let mut examples = vec![];
    let all = a.get(11).is_some();
    for (d, e) in &de {
        examples.push(ex(d, e, 3, 4, all));
        examples.push(ex(e, d, 4, 3, all));
    }
    println!("de-en tokens {}", examples.iter().map(|e| e.ids.len()).sum::<usize>());
    let n = examples.len();
    for (d, e) in ja.iter().chain(&tn) {
        examples.push(ex(d, e, 5, 4, all));
        examples.push(ex(e, d, 4, 5, all));
    }
    println!(
        "ja-en tokens {} of {}",
        examples[n..].iter().map(|e| e.ids.len()).sum::<usize>(),
        examples.len() - n
    );
    examples.retain(|e| e.ids.len() <= 96);
    let mut held = vec![];
    for (p, f) in [("/tmp/data/tatoeba-valid.de-en.tsv", 3), ("/tmp/data/tatoeba-valid.ja-en.tsv", 5)] {
        for (d, e) in read(p).iter().take(150) {
            held.push(ex(d, e, f, 4, false));
            held.push(ex(e, d, 4, f, false));
        }
    }
    let device = Device::flex().autodiff();
    let arch:Architecture=serde_json::from_value(serde_json::json!({"vocab_size":v,"hidden_size":h,"layers":l,"heads":heads,"kv_heads":kv,"head_dim":64,"feed_forward":ff,"max_positions":256,"norm_eps":1e-5,"tied_head":true})).unwrap();
    let mut m = TrainedModel::new(arch, Special { bos: 0, end: 1, pad: 2 }, tj, 1, &device).unwrap();
    let opt = OptimizerOptions {
        method: if method == "muon" { Method::Muon } else { Method::AdamW },
        learning_rate: lr,
        weight_decay: 0.05,
        ..Default::default()
    };
    let mut o = RunOptions::default();
    o.micro_tokens = micro;
    o.held_out_every = 50;
    let max: usize = std::env::var("MAX").ok().map_or(usize::MAX, |x| x.parse().unwrap());
    let e = train(
        &mut m,
        &[Stage { name: "pairs".into(), examples, epochs, optimizer: opt }],
        &held,
        &o,
        std::path::Path::new(out),
        &mut |r| {
            if r.step % 10 == 0 || r.held_out_loss.is_some() {
                println!(
                    "{} {}/{} loss {:.3} held {:?} norm {:.2} lr {:.1e} tok/s {:.0} t {:.0}",
                    r.stage,
                    r.step,
                    r.steps,
                    r.loss,
                    r.held_out_loss,
                    r.norm,
                    r.rate,
                    r.tokens_per_second,
                    r.seconds
                );
            }
            if r.step >= max { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
        },
    )
    .unwrap();
    println!("{e:?}");
    m.write(std::path::Path::new(out), training::weights::Precision::BF16).unwrap();
}
