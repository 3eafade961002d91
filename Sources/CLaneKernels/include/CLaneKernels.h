// Lane kernels: see docs/architecture.md.
