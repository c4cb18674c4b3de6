//! Speed of the matrix kernels: `cargo bench -p kernels`. Prints milliseconds per dispatch and bytes of weights per
//! second, by layout and columns.

use std::time::Instant;

use kernels::matvec::{Epilogue, Normed, Output, Product};
use kernels::rms_norm::Norm;
use kernels::{BufferUse, Device, DeviceOptions, Layout, PassSize, Weights, matmul, matvec};

const ROUNDS: u32 = 8;

fn main() -> kernels::Result<()> {
    let shape: Vec<u32> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let (rows, width) = match shape[..] {
        [rows, width] => (rows, width),
        _ => (2048, 2048),
    };
    let device = Device::open(&DeviceOptions::default())?;
    println!("{}: {rows} × {width}", device.info().name);
    for layout in Layout::ALL {
        let quants = vec![0x35; rows as usize * layout.quant_bytes(width)];
        let scales = vec![0x11; rows as usize * layout.scale_bytes(width)];
        let weights =
            Weights::upload(&device, "bench", layout, (rows, width), (&quants, &scales), &mut |_| {})?;
        let floats = |count: u32| device.buffer("bench", u64::from(count) * 4, BufferUse::Storage);
        let (x, y, gain) = (floats(64 * width)?, floats(64 * rows)?, floats(width)?);
        let factors = floats(64)?;
        let pass_size =
            device.buffer_with("bench", bytemuck::bytes_of(&PassSize { columns: 64 }), BufferUse::Uniform)?;
        for columns in [1, 2, 4, 8, 16, 64] {
            let norm = Norm { gain: &gain, width, epsilon: 1e-5 };
            let normed = if columns == 1 { Normed::Fused(norm) } else { Normed::Scaled(&factors) };
            let output = Output { y: y.all(), stride: rows, interleaved: false };
            let epilogue = Epilogue::Store;
            let product = Product { x: x.all(), normed, epilogue, output, plus: None, pass_size: &pass_size };
            let made = match matvec::compiled_columns(columns) {
                Some(compiled) => matvec::dispatches(&device, &weights, compiled, &product)?,
                None => matmul::dispatches(&device, &weights, &product, None)?,
            };
            let run = |rounds: u32| -> kernels::Result<f64> {
                let begun = Instant::now();
                let mut commands = device.commands();
                for _ in 0..rounds {
                    commands.pass(&made, columns, 1);
                }
                commands.submit()?;
                device.read(&y, 0, 4)?;
                Ok(begun.elapsed().as_secs_f64())
            };
            run(1)?;
            let best = (0..3)
                .map(|_| run(ROUNDS))
                .try_fold(f64::MAX, |best, time| time.map(|time| best.min(time)))?;
            let each = best / f64::from(ROUNDS);
            println!(
                "{:>2} bits{}{} {columns:>3} columns {:>8.3} ms {:>7.2} GB/s {:>8.2} G weights·columns/s",
                layout.bits,
                if layout.min { " min" } else { "    " },
                if layout.nested { " nested" } else { "       " },
                each * 1e3,
                weights.bytes() as f64 / each / 1e9,
                f64::from(rows) * f64::from(width) * f64::from(columns) / each / 1e9,
            );
        }
    }
    Ok(())
}
