// Pairs of the KV cache: f16.
alias CachePair = Half2;

fn from_cache(pair: CachePair) -> vec2<f32> {
    return from_half2(pair);
}

fn to_cache(v: vec2<f32>) -> CachePair {
    return to_half2(v);
}

// Two pairs.
alias CacheFour = Half4;

fn from_cache_four(four: CacheFour) -> vec4<f32> {
    return from_half4(four);
}
