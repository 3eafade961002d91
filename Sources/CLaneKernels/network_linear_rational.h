// A bin of a linear rational spline: two linear rational pieces that meet at an inner knot (Dolatabadi, Erfani & Leckie
// 2020, algorithm 1). Included by network_splines.h.
//
// With the left knot at (0, 0) and weight 1: r = √(d₀/d₁) is the weight of the right knot, m = (λ d₀ + (1 − λ) √(d₀ d₁))/s
// that of the inner one, s = h/w, and the inner knot stands at height y_m = h λ r/(1 − λ + λ r).

#define SMALLEST_INNER REAL(0.025)

typedef struct {
  lane_real inner, logistic;      // λ, and the logistic function of its logit
  lane_real s, root, r, m, c, middle;  // c = 1 − λ + λ r; middle = y_m
} linear_parts;

LANE_INLINE linear_parts linear_parts_of(const spline_bin *b) {
  linear_parts p;
  p.logistic = network_logistic(b->inner);
  p.inner = SMALLEST_INNER + (1 - 2 * SMALLEST_INNER) * p.logistic;
  p.s = b->height / b->width;
  p.root = lane_sqrt(b->slope0 * b->slope1);
  p.r = lane_sqrt(b->slope0 / b->slope1);
  p.m = (p.inner * b->slope0 + (1 - p.inner) * p.root) / p.s;
  p.c = 1 - p.inner + p.inner * p.r;
  p.middle = b->height * p.inner * p.r / p.c;
  return p;
}

LANE_INLINE void linear_piece(const spline_bin *b, lane_real position, lane_real *y, lane_real *slope) {
  linear_parts p = linear_parts_of(b);
  lane_int left = position <= p.inner;
  lane_real rest = 1 - position, beyond = position - p.inner;
  lane_real denominator = lane_select(left, p.m * position - beyond, p.m * rest + p.r * beyond);
  lane_real numerator = p.m * p.middle * lane_select(left, position, rest);
  numerator = lane_select(left, numerator, numerator + p.r * b->height * beyond);
  lane_real share = lane_select(left, p.inner, 1 - p.inner) / denominator;
  *y = b->y + numerator / denominator;
  *slope = share * share * p.m * p.r * p.s / p.c;
}

LANE_INLINE lane_real linear_position(const spline_bin *b, lane_real y) {
  linear_parts p = linear_parts_of(b);
  lane_real rise = y - b->y, below = p.m * (p.middle - rise), above = p.r * (b->height - rise);
  lane_int left = rise <= p.middle;
  lane_real numerator = lane_select(left, p.inner * rise, below - p.inner * above);
  return numerator / lane_select(left, below + rise, below - above);
}

// Gradient of Y y + L log slope, back through the formulas above.
LANE_INLINE spline_gradient linear_gradient(const spline_bin *b, lane_real position, lane_real Y, lane_real L) {
  linear_parts p = linear_parts_of(b);
  lane_int left = position <= p.inner;
  lane_real zero = lane_broadcast(0), rest = 1 - position, beyond = position - p.inner;
  lane_real denominator = lane_select(left, p.m * position - beyond, p.m * rest + p.r * beyond);
  lane_real near = lane_select(left, position, rest), right_height = p.r * b->height;
  lane_real numerator = p.m * p.middle * near + lane_select(left, zero, right_height * beyond);
  lane_real g_numerator = Y / denominator;
  lane_real g_denominator = -(g_numerator * numerator + 2 * L) / denominator;

  // The logarithm of the slope.
  lane_real g_m = L / p.m, g_r = L / p.r, g_height = L / b->height, g_c = -L / p.c, g_width = -L / b->width;
  lane_real g_inner = lane_select(left, 2 * L / p.inner, -2 * L / (1 - p.inner));
  // The numerator.
  g_m += g_numerator * p.middle * near;
  lane_real g_middle = g_numerator * p.m * near;
  lane_real g_position = g_numerator * lane_select(left, p.m * p.middle, right_height - p.m * p.middle);
  lane_real g_right = lane_select(left, zero, g_numerator);
  g_r += g_right * b->height * beyond;
  g_height += g_right * p.r * beyond;
  g_inner -= g_right * right_height;
  // The denominator.
  g_m += g_denominator * near;
  g_position += g_denominator * lane_select(left, p.m - 1, p.r - p.m);
  g_r += lane_select(left, zero, g_denominator * beyond);
  g_inner += g_denominator * lane_select(left, lane_broadcast(1), -p.r);
  // The inner knot, c, m and r.
  lane_real part = g_middle * p.middle;
  g_height += part / b->height;
  g_inner += part / p.inner;
  g_r += part / p.r;
  g_c -= part / p.c;
  g_inner += g_c * (p.r - 1);
  g_r += g_c * p.inner;
  lane_real g_u = g_m / p.s, g_s = -g_m * p.m / p.s, g_root = g_u * (1 - p.inner);
  g_inner += g_u * (b->slope0 - p.root);

  spline_gradient g;
  g.slope0 = g_u * p.inner + (g_root * p.root + g_r * p.r) / (2 * b->slope0);
  g.slope1 = (g_root * p.root - g_r * p.r) / (2 * b->slope1);
  g.height = g_height + g_s / b->width;
  g.width = g_width - (g_s * p.s + g_position * position) / b->width;
  g.position = g_position / b->width;
  g.x = -g.position;
  g.y = Y;
  g.inner = g_inner * (1 - 2 * SMALLEST_INNER) * p.logistic * (1 - p.logistic);
  return g;
}
