// What the kernels of networks can be told to do.
#ifndef C_LANE_NETWORK_CHOICES_H
#define C_LANE_NETWORK_CHOICES_H

typedef enum {
  network_silu, network_tanh, network_sigmoid, network_softplus, network_exp, network_log, network_sine, network_cosine,
  network_square, network_square_root, network_reciprocal
} network_function;

#define NETWORK_PAIR_ATOMS 128

// Numbers that network_graph_messages and its adjoint need room for.
#define NETWORK_GRAPH_SCRATCH(atoms, samples, rows) ((7 * (rows) + 2) * ((atoms) - 1) * (samples))
// Second atoms that network_graph_tangents takes at a time.
#define NETWORK_GRAPH_NEIGHBOURS 8

typedef enum { network_rational_quadratic, network_linear_rational } network_spline_kind;
// Slope 1 at both ends; equal slopes; any slopes.
typedef enum { network_ends_identity, network_ends_periodic, network_ends_free } network_spline_ends;

#define NETWORK_SPLINE_BINS 64

#endif
