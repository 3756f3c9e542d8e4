"""Benchmarks: ratios measured side by side in one run, because the machines that run them are noisy."""
