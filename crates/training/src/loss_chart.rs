//! A chart of the loss over a run, as an SVG for light and dark pages.

use std::fmt::Write;

use crate::StepReport;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 48.0;
/// Most points of a curve: more are not distinguishable.
const POINTS: usize = 400;
/// Steps whose losses are averaged: this fraction of the run, and at least this many, because batches of short and long
/// sentences differ.
const SMOOTHED: (f64, f64) = (0.02, 8.0);

const STYLE: &str = "svg{color-scheme:light dark;font:13px system-ui,sans-serif}\
    .page{fill:#fff}text{fill:#333}.grid{stroke:#ddd}.train{stroke:#2563a8;fill:none;stroke-width:1.8}\
    .held{stroke:#c2410c;fill:none;stroke-width:1.4;stroke-dasharray:4 3}.dot{fill:#c2410c}\
    .stage{stroke:#888;stroke-dasharray:2 4}\
    @media(prefers-color-scheme:dark){.page{fill:#17181b}text{fill:#ddd}.grid{stroke:#383a40}\
    .train{stroke:#7db4ee}.held{stroke:#fb923c}.dot{fill:#fb923c}}";

/// Draws the losses of a log over the number of tokens: smoothed training loss, held-out loss as points, a line where a
/// stage begins.
pub fn loss_chart(log: &[StepReport]) -> String {
    let train = smoothed(log);
    let held: Vec<(f64, f64)> =
        log.iter().filter_map(|line| Some((line.tokens as f64, f64::from(line.held_out_loss?)))).collect();
    let axes = Axes::of(train.iter().chain(&held));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\
        <title>Loss of the training run</title><style>{STYLE}</style>\n\
        <rect class=\"page\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n"
    );
    axes.draw(&mut svg);
    stages(log, &axes, &mut svg);
    line(&mut svg, "train", &train, &axes);
    line(&mut svg, "held", &held, &axes);
    for (x, y) in held.iter().map(|&point| axes.position(point)) {
        put(&mut svg, format_args!("<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"));
    }
    legend(&mut svg, &held);
    svg.push_str("</svg>\n");
    svg
}

/// Appends a line; writing to a string cannot fail.
fn put(svg: &mut String, element: std::fmt::Arguments<'_>) {
    let _ = writeln!(svg, "{element}");
}

/// (tokens, mean loss of the preceding steps), thinned to [`POINTS`].
fn smoothed(log: &[StepReport]) -> Vec<(f64, f64)> {
    let weight = 1.0 / (log.len() as f64 * SMOOTHED.0).max(SMOOTHED.1);
    let (mut sum, mut total) = (0.0, 0.0);
    let mut points = Vec::with_capacity(log.len());
    for line in log {
        sum = (1.0 - weight) * sum + weight * f64::from(line.loss);
        total = (1.0 - weight) * total + weight;
        points.push((line.tokens as f64, sum / total));
    }
    let every = log.len().div_ceil(POINTS).max(1);
    let last = points.len().saturating_sub(1);
    points.into_iter().enumerate().filter(|(i, _)| i % every == 0 || *i == last).map(|(_, p)| p).collect()
}

struct Axes {
    x_end: f64,
    x_step: f64,
    y_begin: f64,
    y_end: f64,
    y_step: f64,
}

impl Axes {
    fn of<'a>(points: impl Iterator<Item = &'a (f64, f64)>) -> Self {
        let (mut x_end, mut low, mut high) = (1.0_f64, f64::INFINITY, f64::NEG_INFINITY);
        for &(x, y) in points {
            (x_end, low, high) = (x_end.max(x), low.min(y), high.max(y));
        }
        if !(low.is_finite() && high.is_finite()) {
            (low, high) = (0.0, 1.0);
        }
        let y_step = round_step((high - low).max(0.1) / 6.0);
        Self {
            x_end,
            x_step: round_step(x_end / 6.0),
            y_begin: (low / y_step).floor() * y_step,
            y_end: (high / y_step).floor() * y_step + y_step,
            y_step,
        }
    }

    fn position(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let across = LEFT + x / self.x_end * (WIDTH - LEFT - RIGHT);
        let up = (y - self.y_begin) / (self.y_end - self.y_begin);
        (across, HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM))
    }

    fn draw(&self, svg: &mut String) {
        let digits = if self.y_step < 0.1 { 2 } else { 1 };
        for tick in 0..=((self.y_end - self.y_begin) / self.y_step).round() as usize {
            let value = self.y_begin + tick as f64 * self.y_step;
            let (_, y) = self.position((0.0, value));
            let end = WIDTH - RIGHT;
            put(svg, format_args!("<path class=\"grid\" d=\"M{LEFT} {y:.1}H{end}\"/>"));
            let (x, y) = (LEFT - 8.0, y + 4.0);
            put(
                svg,
                format_args!("<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{value:.digits$}</text>"),
            );
        }
        let below = HEIGHT - BOTTOM + 20.0;
        for tick in 0..=(self.x_end / self.x_step) as usize {
            let value = tick as f64 * self.x_step;
            let (x, _) = self.position((value, 0.0));
            let label = amount(value);
            put(svg, format_args!("<text x=\"{x:.1}\" y=\"{below}\" text-anchor=\"middle\">{label}</text>"));
        }
        let (middle, bottom) = ((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8.0);
        put(
            svg,
            format_args!("<text x=\"{middle}\" y=\"{bottom}\" text-anchor=\"middle\">tokens read</text>"),
        );
        put(svg, format_args!("<text x=\"12\" y=\"{}\">loss, nats a token</text>", TOP - 22.0));
    }
}

/// The next of 1, 2, 5, 10, 20, … that is not smaller.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|n| n * power).find(|step| *step >= least).unwrap_or(10.0 * power)
}

/// `1.5 M`
fn amount(tokens: f64) -> String {
    match tokens {
        t if t >= 1e6 => format!("{} M", (t / 1e5).round() / 10.0),
        t if t >= 1e3 => format!("{} k", (t / 1e2).round() / 10.0),
        t => format!("{t}"),
    }
}

fn stages(log: &[StepReport], axes: &Axes, svg: &mut String) {
    let mut before: Option<&StepReport> = None;
    for line in log {
        if before.is_none_or(|before| before.stage != line.stage) {
            let start = before.map_or(0.0, |before| before.tokens as f64);
            let (x, _) = axes.position((start, 0.0));
            put(svg, format_args!("<path class=\"stage\" d=\"M{x:.1} {TOP}V{}\"/>", HEIGHT - BOTTOM));
            let name = line.stage.replace('&', "&amp;").replace('<', "&lt;");
            put(svg, format_args!("<text x=\"{:.1}\" y=\"{}\">{name}</text>", x + 5.0, TOP + 12.0));
        }
        before = Some(line);
    }
}

fn line(svg: &mut String, class: &str, points: &[(f64, f64)], axes: &Axes) {
    let positions = points.iter().map(|&point| axes.position(point)).map(|(x, y)| format!("{x:.1},{y:.1}"));
    let positions: Vec<String> = positions.collect();
    if positions.len() > 1 {
        put(svg, format_args!("<polyline class=\"{class}\" points=\"{}\"/>", positions.join(" ")));
    }
}

fn legend(svg: &mut String, held: &[(f64, f64)]) {
    let entries = [("train", "training, smoothed"), ("held", "held out")];
    let shown = if held.is_empty() { 1 } else { 2 };
    for (index, (class, text)) in entries.into_iter().take(shown).enumerate() {
        let (x, y) = (WIDTH - RIGHT - 300.0 + 170.0 * index as f64, TOP - 22.0);
        put(svg, format_args!("<path class=\"{class}\" d=\"M{x} {}h24\"/>", y - 4.0));
        put(svg, format_args!("<text x=\"{}\" y=\"{y}\">{text}</text>", x + 30.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(losses: &[f32]) -> Vec<StepReport> {
        let step = |(i, &loss): (usize, &f32)| StepReport {
            stage: if i < losses.len() / 2 { "pretrain".into() } else { "finetune <2>".into() },
            step: i + 1,
            steps: losses.len(),
            loss,
            held_out_loss: i.is_multiple_of(4).then_some(loss + 0.1),
            rate: 1e-3,
            norm: 1.0,
            tokens: 1000 * (i as u64 + 1),
            tokens_per_second: 100.0,
            seconds: i as f64,
        };
        losses.iter().enumerate().map(step).collect()
    }

    fn points<'a>(svg: &'a str, class: &str) -> Vec<(f64, f64)> {
        let start: &'a str = svg.split_once(&format!("class=\"{class}\" points=\"")).expect("a curve").1;
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let pair = |text: &str| text.split_once(',').map(|(x, y)| (number(x), number(y))).expect("x,y");
        start.split_once('"').expect("an end").0.split(' ').map(pair).collect()
    }

    #[test]
    fn a_falling_loss_falls_within_the_frame() {
        let svg = loss_chart(&log(&(0..40).map(|i| 6.0 - 0.1 * i as f32).collect::<Vec<_>>()));
        let train = points(&svg, "train");
        assert!(train.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1), "{train:?}");
        let inside =
            |&(x, y): &(f64, f64)| (LEFT..=WIDTH).contains(&x) && (TOP..=HEIGHT - BOTTOM).contains(&y);
        assert!(train.iter().chain(&points(&svg, "held")).all(inside));
        assert_eq!(svg.matches("class=\"dot\"").count(), 10);
        assert!(svg.contains("finetune &lt;2>") && svg.contains(">40 k<"), "{svg}");
    }

    #[test]
    fn a_long_run_is_thinned_and_an_empty_one_has_axes() {
        let long = loss_chart(&log(&vec![2.0; 10_000]));
        assert!(points(&long, "train").len() <= POINTS + 1);
        let empty = loss_chart(&[]);
        assert!(empty.contains("tokens read") && !empty.contains("polyline"));
    }

    #[test]
    fn steps_between_ticks_are_round() {
        assert_eq!([0.07, 0.1, 0.11, 3.0, 70.0].map(round_step), [0.1, 0.1, 0.2, 5.0, 100.0]);
    }
}
