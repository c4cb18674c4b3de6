//! How well a score separates two classes: the area under the ROC curve, and the share of one class that is found at a
//! given share of false alarms. High scores are to mean the class `true`.

/// The area under the ROC curve: the probability that a member of the class `true` has a higher score than one of the
/// class `false`, ties counted half (Mann and Whitney 1947; Hanley and McNeil 1982). None if a class is empty.
pub fn area_under_curve(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let (positives, negatives) = classes(scores, labels)?;
    let mut sum = 0.0;
    for score in &positives {
        let below = negatives.partition_point(|other| other.total_cmp(score).is_lt());
        let not_above = negatives.partition_point(|other| other.total_cmp(score).is_le());
        sum += (below + not_above) as f64 / 2.0;
    }
    Some(sum / (positives.len() * negatives.len()) as f64)
}

/// The score below which at most `rate` (0…1) of the class `true` lie: what is below is an alarm, and these alarms are
/// false. None if a class is empty.
pub fn threshold(scores: &[f64], labels: &[bool], rate: f64) -> Option<f64> {
    let (positives, _) = classes(scores, labels)?;
    let allowed = (rate.clamp(0.0, 1.0) * positives.len() as f64).floor() as usize;
    positives.get(allowed.min(positives.len() - 1)).copied()
}

/// The share of the class `false` with a score below the [`threshold`] of a rate of false alarms. None if a class is
/// empty.
pub fn share_caught(scores: &[f64], labels: &[bool], rate: f64) -> Option<f64> {
    let limit = threshold(scores, labels, rate)?;
    let (_, negatives) = classes(scores, labels)?;
    Some(share_below(&negatives, limit))
}

/// The share of scores below a limit; 0 of none.
pub fn share_below(scores: &[f64], limit: f64) -> f64 {
    scores.iter().filter(|score| **score < limit).count() as f64 / scores.len().max(1) as f64
}

/// The scores of both classes, sorted; none if one is empty.
fn classes(scores: &[f64], labels: &[bool]) -> Option<(Vec<f64>, Vec<f64>)> {
    let of = |class: bool| {
        let both = scores.iter().zip(labels);
        let mut scores: Vec<f64> = both.filter(|(_, label)| **label == class).map(|(s, _)| *s).collect();
        scores.sort_by(f64::total_cmp);
        scores
    };
    let (positives, negatives) = (of(true), of(false));
    (!positives.is_empty() && !negatives.is_empty()).then_some((positives, negatives))
}
