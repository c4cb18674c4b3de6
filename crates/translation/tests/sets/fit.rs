//! The fit of installed models on this machine.

use translation::{Catalog, Verdict, measured_machine, sets_overview};

use crate::setup;

#[test]
fn the_starters_fit_this_machine() {
    let folder = tempfile::tempdir().expect("a folder");
    let setup = setup(folder.path());
    let machine = measured_machine(&setup).expect("the tests need an adapter");
    assert!(machine.copy_bytes_per_s.is_some_and(|bytes| bytes > 1e8), "{machine:?}");
    let catalog = Catalog::read(folder.path()).expect("reads");
    let fit = catalog.pair_fit(&"de-en".parse().expect("a pair"), &machine).expect("the starters");
    println!("{machine:?}\n{fit:?}");
    assert_eq!(fit.verdict, Verdict::Fits);
    assert!((5_000_000..200_000_000).contains(&fit.total_bytes), "{fit:?}");
    assert_eq!(fit.total_bytes, fit.weight_bytes + fit.cache_bytes + fit.buffer_bytes);

    let overview = sets_overview(&setup, true).expect("reads");
    assert!(overview.sets.iter().all(|set| set.fit.is_some() && !set.installed));
    // What is measured once is known afterwards.
    let again = sets_overview(&setup, false).expect("reads");
    let speed = |overview: &translation::SetsOverview| {
        overview.machine.as_ref().and_then(|machine| machine.copy_bytes_per_s).map(f64::round)
    };
    assert_eq!(speed(&again), speed(&overview));
}
