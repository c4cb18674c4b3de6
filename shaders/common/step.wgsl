// Kernels take weights by steps of 32 of a row: `load_step` of weights_*.wgsl reads what is stored of one, `four_of` unpacks
// four of its weights to f32.

// Vectors of four that matvec unpacks at once: 1 keeps to a GPU's registers; 8, all of a step, suits a processor, which has
// them in its cache and reads the columns step by step. No sum depends on it.
override FOURS: u32 = 1u;

// sum + w · v in a fixed order, each product added with one rounding: contraction is a compiler's choice for each pipeline,
// and sums must not depend on the pipeline.
fn fma_dot(w: vec4<f32>, v: vec4<f32>, sum: f32) -> f32 {
    return fma(w.w, v.w, fma(w.z, v.z, fma(w.y, v.y, fma(w.x, v.x, sum))));
}
