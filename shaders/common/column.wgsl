// A column is one token of one sequence. `columns` belongs to one model and has only the sequences in which it takes part;
// all models share `feed`, which has every sequence of the batch.
struct Column {
    slot: u32, // of the KV cache
    base: u32, // position of the token when feed.step is 0
    first: u32, // token fed at step 0: the prompts of one sequence may end differently in each model
    row: u32, // of its sequence in `feed`
}

struct Feed {
    token: u32,
    step: u32, // tokens decoded since `base` was set
}
