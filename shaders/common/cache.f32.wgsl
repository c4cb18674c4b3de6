// Pairs of the KV cache where it is f32, in cache.wgsl's functions.
alias CachePair = vec2<f32>;

fn from_cache(pair: CachePair) -> vec2<f32> {
    return pair;
}

fn to_cache(v: vec2<f32>) -> CachePair {
    return v;
}

// Two pairs.
alias CacheFour = vec4<f32>;

fn from_cache_four(four: CacheFour) -> vec4<f32> {
    return four;
}
