// Monotone splines whose knots come from unconstrained parameters. Included once per variant.
//
// Parameters of one variable: `bins` logits of widths, `bins` logits of heights, slopes at the knots as the ends leave them
// free, and for linear rational splines `bins` logits of the inner knots.

typedef LANE_TYPED(network_spline) spline_shape;

// One bin, its place and the raw parameters that it was made of.
typedef struct {
  lane_real x, y, width, height;
  lane_real slope0, slope1;       // at its left and right knot
  lane_real raw0, raw1;           // of the slopes
  lane_real inner;                // logit of the inner knot
  lane_int index;
} spline_bin;

// Derivatives of value and log-slope of a piece with respect to what it is made of.
typedef struct {
  lane_real position, x, y, width, height, slope0, slope1, inner;
} spline_gradient;

LANE_INLINE int32_t slope_count(const spline_shape *s) {
  return s->bins + (s->ends == network_ends_identity ? -1 : s->ends == network_ends_periodic ? 0 : 1);
}

LANE_INLINE int32_t parameter_count(const spline_shape *s) {
  return 2 * s->bins + slope_count(s) + (s->kind == network_linear_rational ? s->bins : 0);
}

// Row of the slope at a knot among the slopes, or −1 where it is fixed to 1.
LANE_INLINE int32_t slope_row(const spline_shape *s, int32_t knot) {
  if (s->ends == network_ends_identity) return knot == 0 || knot == s->bins ? -1 : knot - 1;
  if (s->ends == network_ends_periodic) return knot == s->bins ? 0 : knot;
  return knot;
}

// The slope at a knot is e^(B tanh(raw/B)): 1 at raw = 0, and within e^±B.
LANE_INLINE lane_real slope_from_raw(const spline_shape *s, lane_real raw) {
  return lane_exp(s->largest_log_slope * function_value(network_tanh, 0, raw / s->largest_log_slope));
}

LANE_INLINE lane_real slope_derivative(const spline_shape *s, lane_real raw, lane_real slope) {
  return slope * function_value(network_tanh, 1, raw / s->largest_log_slope);
}

LANE_INLINE lane_real raw_slope(
    const spline_shape *s, const LANE_SCALAR *slopes, int64_t columns, int32_t knot, int64_t n) {
  int32_t row = slope_row(s, knot);
  return row < 0 ? lane_broadcast(0) : load_some(slopes + row * columns, n);
}

// Shares of the interval, softmax of logits with a floor.
LANE_INLINE void bin_shares(
    const spline_shape *s, const LANE_SCALAR *logits, int64_t columns, int64_t n, lane_real *probabilities) {
  lane_real largest = load_some(logits, n), sum = lane_broadcast(0);
  for (int32_t k = 1; k < s->bins; k++) largest = lane_max(largest, load_some(logits + k * columns, n));
  for (int32_t k = 0; k < s->bins; k++) {
    probabilities[k] = lane_exp(load_some(logits + k * columns, n) - largest);
    sum += probabilities[k];
  }
  lane_real inverse = 1 / sum;
  for (int32_t k = 0; k < s->bins; k++) probabilities[k] *= inverse;
}

// The bin that holds v (along y if inverse), from the shares of widths and heights.
LANE_INLINE spline_bin find_bin(
    const spline_shape *s, int32_t inverse, const LANE_SCALAR *parameters, int64_t columns, int64_t n, lane_real v,
    const lane_real *widths, const lane_real *heights) {
  LANE_SCALAR range = s->upper - s->lower;
  LANE_SCALAR free_width = 1 - s->bins * s->smallest_width, free_height = 1 - s->bins * s->smallest_height;
  const LANE_SCALAR *slopes = parameters + 2 * s->bins * columns;
  const LANE_SCALAR *inner = slopes + slope_count(s) * columns;
  spline_bin bin;
  lane_real x = lane_broadcast(s->lower), y = x, raw = raw_slope(s, slopes, columns, 0, n);
  for (int32_t k = 0; k < s->bins; k++) {
    lane_real width = range * (s->smallest_width + free_width * widths[k]);
    lane_real height = range * (s->smallest_height + free_height * heights[k]);
    lane_real next = raw_slope(s, slopes, columns, k + 1, n);
    lane_real knot = s->kind == network_linear_rational ? load_some(inner + k * columns, n) : lane_broadcast(0);
    lane_int here = k == 0 ? (lane_int)(x == x) : (lane_int)((inverse ? y : x) <= v);
    if (k == 0) {
      bin = (spline_bin){.x = x, .y = y, .width = width, .height = height, .raw0 = raw, .raw1 = next, .inner = knot};
      bin.index = here & 0;
    } else {
      bin.x = lane_select(here, x, bin.x);
      bin.y = lane_select(here, y, bin.y);
      bin.width = lane_select(here, width, bin.width);
      bin.height = lane_select(here, height, bin.height);
      bin.raw0 = lane_select(here, raw, bin.raw0);
      bin.raw1 = lane_select(here, next, bin.raw1);
      bin.inner = lane_select(here, knot, bin.inner);
      bin.index = (here & k) | (~here & bin.index);
    }
    x += width;
    y += height;
    raw = next;
  }
  bin.slope0 = slope_from_raw(s, bin.raw0);
  bin.slope1 = slope_from_raw(s, bin.raw1);
  return bin;
}

// Value at the place `position` (0 … 1) of a bin, and its slope.
LANE_INLINE void quadratic_piece(const spline_bin *b, lane_real position, lane_real *y, lane_real *slope) {
  lane_real s = b->height / b->width, rest = 1 - position, theta = position * rest;
  lane_real a = s * position * position + b->slope0 * theta;
  lane_real d = s + (b->slope1 + b->slope0 - 2 * s) * theta;
  lane_real n = b->slope1 * position * position + 2 * s * theta + b->slope0 * rest * rest;
  lane_real q = s / d;
  *y = b->y + b->height * a / d;
  *slope = q * q * n;
}

LANE_INLINE lane_real quadratic_position(const spline_bin *b, lane_real y) {
  lane_real s = b->height / b->width, rise = y - b->y, t = b->slope1 + b->slope0 - 2 * s;
  lane_real qa = b->height * (s - b->slope0) + rise * t;
  lane_real qb = b->height * b->slope0 - rise * t;
  lane_real qc = -s * rise;
  lane_real root = lane_sqrt(lane_max(qb * qb - 4 * qa * qc, lane_broadcast(0)));
  return -2 * qc / (qb + root);
}

// Gradient of Y y + L log slope.
LANE_INLINE spline_gradient quadratic_gradient(const spline_bin *b, lane_real position, lane_real Y, lane_real L) {
  lane_real inverse_width = 1 / b->width, s = b->height * inverse_width, rest = 1 - position;
  lane_real theta = position * rest, turn = 1 - 2 * position;
  lane_real t = b->slope1 + b->slope0 - 2 * s;
  lane_real a = s * position * position + b->slope0 * theta, d = s + t * theta;
  lane_real n = b->slope1 * position * position + 2 * s * theta + b->slope0 * rest * rest;
  lane_real inverse_d = 1 / d, inverse_n = 1 / n, ratio = a * inverse_d, scaled = Y * b->height * inverse_d;
  lane_real a_position = 2 * s * position + b->slope0 * turn, d_position = t * turn;
  lane_real n_position = 2 * (b->slope1 * position + s * turn - b->slope0 * rest);
  lane_real by_d = -(scaled * ratio + 2 * L * inverse_d), by_n = L * inverse_n;
  lane_real g_position = scaled * a_position + by_d * d_position + by_n * n_position;
  lane_real g_s = scaled * position * position + by_d * (1 - 2 * theta) + by_n * 2 * theta + 2 * L / s;
  spline_gradient g;
  g.position = g_position * inverse_width;
  g.x = -g.position;
  g.y = Y;
  g.width = -(g_position * position + g_s * s) * inverse_width;
  g.height = Y * ratio + g_s * inverse_width;
  g.slope0 = scaled * theta + by_d * theta + by_n * rest * rest;
  g.slope1 = by_d * theta + by_n * position * position;
  g.inner = lane_broadcast(0);
  return g;
}

#include "network_linear_rational.h"

LANE_INLINE void piece_value(const spline_shape *s, const spline_bin *b, lane_real position, lane_real *y, lane_real *slope) {
  if (s->kind == network_linear_rational) {
    linear_piece(b, position, y, slope);
  } else {
    quadratic_piece(b, position, y, slope);
  }
}

LANE_INLINE lane_real piece_position(const spline_shape *s, const spline_bin *b, lane_real y) {
  return s->kind == network_linear_rational ? linear_position(b, y) : quadratic_position(b, y);
}

LANE_INLINE spline_gradient piece_gradient(
    const spline_shape *s, const spline_bin *b, lane_real position, lane_real Y, lane_real L) {
  return s->kind == network_linear_rational ? linear_gradient(b, position, Y, L) : quadratic_gradient(b, position, Y, L);
}

LANE_KERNEL void LANE_VARIANT(spline_value)(
    const spline_shape *s, int32_t inverse, int64_t dimensions, int64_t columns, const LANE_SCALAR *parameters,
    const LANE_SCALAR *x, LANE_SCALAR *y, LANE_SCALAR *log_slope) {
  lane_real widths[NETWORK_SPLINE_BINS], heights[NETWORK_SPLINE_BINS];
  int64_t parameters_each = parameter_count(s);
  for (int64_t d = 0; d < dimensions; d++) {
    for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
      int64_t n = columns - c, i = d * columns + c;
      const LANE_SCALAR *p = parameters + d * parameters_each * columns + c;
      bin_shares(s, p, columns, n, widths);
      bin_shares(s, p + s->bins * columns, columns, n, heights);
      lane_real v = load_some(x + i, n), value, slope;
      spline_bin b = find_bin(s, inverse, p, columns, n, v, widths, heights);
      lane_int below = v < s->lower, above = v > s->upper;
      // Outside, the straight line through the end with its slope.
      lane_real end = lane_select(below, lane_broadcast(s->lower), lane_broadcast(s->upper));
      lane_real end_slope = lane_select(below, b.slope0, b.slope1);
      if (s->ends == network_ends_identity) end_slope = lane_broadcast(1);
      if (inverse) {
        lane_real position = piece_position(s, &b, v), unused;
        piece_value(s, &b, position, &unused, &slope);
        value = b.x + position * b.width;
        value = lane_select(below | above, end + (v - end) / end_slope, value);
      } else {
        piece_value(s, &b, (v - b.x) / b.width, &value, &slope);
        value = lane_select(below | above, end + (v - end) * end_slope, value);
      }
      lane_real log = network_logarithm(lane_select(below | above, end_slope, slope));
      store_some(y + i, value, n);
      store_some(log_slope + i, inverse ? -log : log, n);
    }
  }
}

LANE_KERNEL void LANE_VARIANT(spline_adjoint)(
    const spline_shape *s, int32_t inverse, int64_t dimensions, int64_t columns, const LANE_SCALAR *parameters,
    const LANE_SCALAR *x, const LANE_SCALAR *y, const LANE_SCALAR *dy, const LANE_SCALAR *dlog_slope, LANE_SCALAR *dx,
    LANE_SCALAR *dparameters) {
  lane_real widths[NETWORK_SPLINE_BINS], heights[NETWORK_SPLINE_BINS];
  int64_t parameters_each = parameter_count(s);
  LANE_SCALAR range = s->upper - s->lower;
  LANE_SCALAR by_width = range * (1 - s->bins * s->smallest_width), by_height = range * (1 - s->bins * s->smallest_height);
  for (int64_t d = 0; d < dimensions; d++) {
    for (int64_t c = 0; c < columns; c += LANE_WIDTH) {
      int64_t n = columns - c, i = d * columns + c;
      const LANE_SCALAR *p = parameters + d * parameters_each * columns + c;
      LANE_SCALAR *dp = dparameters + d * parameters_each * columns + c;
      bin_shares(s, p, columns, n, widths);
      bin_shares(s, p + s->bins * columns, columns, n, heights);
      // Both directions are differentiated at the point before the spline, t ↦ f(t).
      lane_real t = load_some((inverse ? y : x) + i, n), v = load_some(x + i, n);
      spline_bin b = find_bin(s, inverse, p, columns, n, v, widths, heights);
      lane_int below = v < s->lower, above = v > s->upper, outside = below | above;
      lane_real position = (t - b.x) / b.width, value, slope;
      piece_value(s, &b, position, &value, &slope);
      lane_real end = lane_select(below, lane_broadcast(s->lower), lane_broadcast(s->upper));
      lane_real end_slope = lane_select(below, b.slope0, b.slope1);
      if (s->ends == network_ends_identity) end_slope = lane_broadcast(1);
      slope = lane_select(outside, end_slope, slope);

      lane_real Y = load_some(dy + i, n), L = load_some(dlog_slope + i, n), din;
      if (inverse) {
        // t = f⁻¹(v): with ℓ = log f′, dt reaches v through 1/f′ and the parameters through −∂f/f′; the log-slope of the
        // inverse is −ℓ(t).
        L = -L;
        spline_gradient along = piece_gradient(s, &b, position, Y * 0, L);
        lane_real total = Y + lane_select(outside, Y * 0, along.position);
        din = total / slope;
        Y = -din;
      }
      spline_gradient g = piece_gradient(s, &b, position, Y, L);
      if (!inverse) din = lane_select(outside, Y * slope, g.position);
      add_some(dx + i, din, n);

      lane_real zero = lane_broadcast(0);
      // In the tails y = end + slope (t − end).
      lane_real tail = Y * (t - end) + L / slope;
      lane_real dslope0 = lane_select(outside, lane_select(below, tail, zero), g.slope0);
      lane_real dslope1 = lane_select(outside, lane_select(above, tail, zero), g.slope1);
      dslope0 *= slope_derivative(s, b.raw0, b.slope0);
      dslope1 *= slope_derivative(s, b.raw1, b.slope1);
      lane_real dknot_x = lane_select(outside, zero, g.x) * by_width;
      lane_real dknot_y = lane_select(outside, zero, g.y) * by_height;
      lane_real dwidth = lane_select(outside, zero, g.width) * by_width;
      lane_real dheight = lane_select(outside, zero, g.height) * by_height;
      lane_real dinner = lane_select(outside, zero, g.inner);

      // A knot stands at the sum of the bins before it; then back through the softmax.
      lane_real mean_width = zero, mean_height = zero;
      for (int32_t k = 0; k < s->bins; k++) {
        lane_int before = b.index > k, here = b.index == k;
        mean_width += widths[k] * lane_select(before, dknot_x, lane_select(here, dwidth, zero));
        mean_height += heights[k] * lane_select(before, dknot_y, lane_select(here, dheight, zero));
      }
      LANE_SCALAR *dslopes = dp + 2 * s->bins * columns, *dinners = dslopes + slope_count(s) * columns;
      for (int32_t k = 0; k < s->bins; k++) {
        lane_int before = b.index > k, here = b.index == k;
        lane_real gw = lane_select(before, dknot_x, lane_select(here, dwidth, zero));
        lane_real gh = lane_select(before, dknot_y, lane_select(here, dheight, zero));
        add_some(dp + k * columns, widths[k] * (gw - mean_width), n);
        add_some(dp + (s->bins + k) * columns, heights[k] * (gh - mean_height), n);
        int32_t left = slope_row(s, k), right = slope_row(s, k + 1);
        if (left >= 0) add_some(dslopes + left * columns, lane_select(here, dslope0, zero), n);
        if (right >= 0) add_some(dslopes + right * columns, lane_select(here, dslope1, zero), n);
        if (s->kind == network_linear_rational) add_some(dinners + k * columns, lane_select(here, dinner, zero), n);
      }
    }
  }
}
