// Elementary functions over a vector of LANE_WIDTH floats, to a few units in the last place; the reductions are those of
// elementary_functions.h with shorter polynomials. Coefficients: scripts/kernels/fit_polynomials.py.

// exp_coefficients: degree 4, relative error 1.33e-7
static const float exp_coefficients[5] = {
  0.5f,
  0.1666657699f,
  0.04166655462f,
  0.008363179053f,
  0.001392618359f
};
// log_coefficients: degree 2, relative error 2.77e-7
static const float log_coefficients[3] = {
  0.3333334252f,
  0.1999438914f,
  0.1479002652f
};
// atan_coefficients: degree 4, relative error 4.72e-8
static const float atan_coefficients[5] = {
  -0.3333333176f,
  0.1999954031f,
  -0.1426394975f,
  0.1074366832f,
  -0.06451718869f
};
// sin_coefficients: degree 2, relative error 1.23e-7
static const float sin_coefficients[3] = {
  -0.1666666466f,
  0.008332748154f,
  -0.000195878657f
};
// cos_coefficients: degree 2, relative error 4.9e-8
static const float cos_coefficients[3] = {
  0.04166666466f,
  -0.001388830292f,
  2.454791685e-5f
};

// 1/√x. The processor's estimate with one Newton step is 5–9 % faster in generalized Born, but differs between
// makers of processors, and results with it.
LANE_INLINE lane_real lane_inverse_sqrt(lane_real x) { return 1.0f / lane_sqrt(x); }

// e^x; arguments beyond ±87 are clamped there.
LANE_INLINE lane_real lane_exp(lane_real x) {
  const float *c = exp_coefficients;
  lane_real clamped = lane_select(x > 87.0f, lane_broadcast(87.0f), x);
  clamped = lane_select(clamped < -87.0f, lane_broadcast(-87.0f), clamped);
  // Adding 1.5·2²³ leaves the rounded integer in the low bits of the mantissa.
  const float magic = 12582912.0f;
  lane_real shifted = clamped * 1.4426950408889634f + magic;
  lane_real n = shifted - magic;
  lane_real r = clamped - n * 0.693359375f;
  r = r + n * 2.12194440054690583e-4f;
  lane_real r2 = r * r;
  lane_real p = (c[0] + r * c[1]) + r2 * ((c[2] + r * c[3]) + r2 * c[4]);
  lane_real value = 1.0f + (r + r2 * p);
  return lane_from_bits(lane_bits(value) + (lane_bits(shifted) << 23));
}

// x = 2ᵉ m with m in [√½, √2), for normal x > 0; other values give a meaningless m in that range.
LANE_INLINE lane_real lane_split_exponent(lane_real x, lane_real *e) {
  lane_int offset = lane_bits(x) - 0x3f3504f3;
  *e = __builtin_convertvector(offset >> 23, lane_real);
  return lane_from_bits(lane_bits(x) - (offset & (int32_t)0xff800000));
}

// ln of 2ᵉ (1 + f), given s = f/(2 + f).
LANE_INLINE lane_real lane_log_series(lane_real e, lane_real f, lane_real s) {
  const float *c = log_coefficients;
  lane_real z = s * s;
  lane_real p = c[0] + z * (c[1] + z * c[2]);
  // 2 s = f − s f exactly in the leading part, which keeps ln near 1 accurate.
  lane_real tail = s * (2.0f * z * p - f);
  return e * 0.693359375f + (f + (tail - e * 2.12194440054690583e-4f));
}

// ln x for normal x > 0; zero gives about −88, other values are meaningless.
LANE_INLINE lane_real lane_log(lane_real x) {
  lane_real e, m = lane_split_exponent(x, &e);
  return lane_log_series(e, m - 1.0f, (m - 1.0f) / (m + 1.0f));
}

// Two logarithms for one division.
LANE_INLINE void lane_log_pair(lane_real x, lane_real y, lane_real *log_x, lane_real *log_y) {
  lane_real ex, ey, mx = lane_split_exponent(x, &ex), my = lane_split_exponent(y, &ey);
  lane_real px = mx + 1.0f, py = my + 1.0f;
  lane_real inverse = 1.0f / (px * py);
  *log_x = lane_log_series(ex, mx - 1.0f, (mx - 1.0f) * (inverse * py));
  *log_y = lane_log_series(ey, my - 1.0f, (my - 1.0f) * (inverse * px));
}

// Quadrant-correct angle of (x, y) in [−π, π]; (0, 0) gives NaN.
LANE_INLINE lane_real lane_atan2(lane_real y, lane_real x) {
  const float *c = atan_coefficients;
  lane_real ax = lane_abs(x), ay = lane_abs(y);
  lane_int swap = ay > ax;
  lane_real low = lane_select(swap, ax, ay), high = lane_select(swap, ay, ax);
  // Beyond tan(π/8) use atan t = π/4 + atan((t − 1)/(t + 1)).
  lane_int upper = low > high * 0.41421356237309504880f;
  lane_real numerator = lane_select(upper, low - high, low);
  lane_real denominator = lane_select(upper, low + high, high);
  lane_real t = numerator / denominator;
  lane_real z = t * t, z2 = z * z;
  lane_real p = (c[0] + z * c[1]) + z2 * ((c[2] + z * c[3]) + z2 * c[4]);
  lane_real a = t + t * z * p;
  a = lane_select(upper, a + 0.78539816339744830962f, a);
  a = lane_select(swap, 1.57079632679489661923f - a, a);
  a = lane_select(x < 0.0f, 3.14159265358979323846f - a, a);
  lane_int sign = lane_bits(y) & (int32_t)0x80000000;
  return lane_from_bits(lane_bits(a) ^ sign);
}

// Sine and cosine for |x| up to 10³.
LANE_INLINE void lane_sincos(lane_real x, lane_real *sine, lane_real *cosine) {
  const float *s = sin_coefficients, *c = cos_coefficients;
  const float magic = 12582912.0f;
  lane_real shifted = x * 0.63661977236758134308f + magic;
  lane_real n = shifted - magic;
  // π/2 in three parts, the first two of 13 bits.
  lane_real r = x - n * 1.570556640625f;
  r = r - n * 2.3967027664184570e-4f;
  r = r - n * 1.5893254773528197e-8f;
  lane_real z = r * r, z2 = z * z;
  lane_real sp = (s[0] + z * s[1]) + z2 * s[2], cp = (c[0] + z * c[1]) + z2 * c[2];
  lane_real sr = r + r * z * sp;
  lane_real cr = 1.0f - (0.5f * z - z2 * cp);
  lane_int quadrant = lane_bits(shifted);
  lane_int odd = -(quadrant & 1);
  lane_int sine_sign = (quadrant & 2) << 30;
  lane_int cosine_sign = ((quadrant + 1) & 2) << 30;
  *sine = lane_from_bits(lane_bits(lane_select(odd, cr, sr)) ^ sine_sign);
  *cosine = lane_from_bits(lane_bits(lane_select(odd, sr, cr)) ^ cosine_sign);
}
