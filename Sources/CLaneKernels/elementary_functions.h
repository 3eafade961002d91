// Elementary functions over a vector of LANE_WIDTH doubles, to a few units in the last place.
//
// Included once per variant, doubles only. Coefficients: scripts/kernels/fit_polynomials.py. All reductions are the
// classical ones (Cody & Waite 1980; Muller, Elementary Functions, 2016). NaN in gives NaN out, except in the logarithm.

// exp_coefficients: degree 9, relative error 2.23e-16
static const double exp_coefficients[10] = {
  0.50000000000000010221,
  0.16666666666666667453,
  0.041666666666624127873,
  0.0083333333333300618325,
  0.0013888888917213716901,
  0.00019841269863053616878,
  0.000024801521295954375131,
  2.7557268459997064772e-6,
  2.7620088445409748161e-7,
  2.5100385495510319078e-8
};
// log_coefficients: degree 7, relative error 3.06e-18
static const double log_coefficients[8] = {
  0.33333333333333333232,
  0.20000000000000438803,
  0.14285714285401615007,
  0.11111111195900234665,
  0.090908978154423766,
  0.076931201029067389396,
  0.066343798342803063431,
  0.065433835049740868565
};
// atan_coefficients: degree 11, relative error 3.5e-18
static const double atan_coefficients[12] = {
  -0.33333333333333333217,
  0.19999999999999804328,
  -0.14285714285659777756,
  0.11111111105150587894,
  -0.090909087532591129423,
  0.076922963680422971183,
  -0.066664247602005201418,
  0.058789275544738067649,
  -0.05230443640686947707,
  0.045515447340221616522,
  -0.034569315063326089813,
  0.016284375050043394444
};
// sin_coefficients: degree 6, relative error 7.16e-20
static const double sin_coefficients[7] = {
  -0.16666666666666666666,
  0.008333333333333331491,
  -0.00019841269841265062561,
  2.7557319219337310344e-6,
  -2.5052106231802837884e-8,
  1.6058531516797759169e-10,
  -7.5866910941979583589e-13
};
// cos_coefficients: degree 6, relative error 1.58e-20
static const double cos_coefficients[7] = {
  0.041666666666666666666,
  -0.0013888888888888887865,
  0.000024801587301584645102,
  -2.7557319221401792411e-7,
  2.087675579072196362e-9,
  -1.1470460830795304115e-11,
  4.7458685530816657964e-14
};

// 1/√x
LANE_INLINE lane_real lane_inverse_sqrt(lane_real x) { return 1.0 / lane_sqrt(x); }

// e^x; arguments beyond ±708 are clamped there.
LANE_INLINE lane_real lane_exp(lane_real x) {
  const double *c = exp_coefficients;
  lane_real clamped = lane_select(x > 708.0, lane_broadcast(708.0), x);
  clamped = lane_select(clamped < -708.0, lane_broadcast(-708.0), clamped);
  // Adding 1.5·2⁵² leaves the rounded integer in the low bits of the mantissa.
  const double magic = 6755399441055744.0;
  lane_real shifted = clamped * 1.4426950408889634074 + magic;
  lane_real n = shifted - magic;
  lane_real r = clamped - n * 0.693147180369123816490;
  r = r - n * 1.90821492927058770002e-10;
  lane_real r2 = r * r, r4 = r2 * r2;
  lane_real p01 = c[0] + r * c[1], p23 = c[2] + r * c[3], p45 = c[4] + r * c[5], p67 = c[6] + r * c[7];
  lane_real p89 = c[8] + r * c[9];
  lane_real p = (p01 + r2 * p23) + r4 * ((p45 + r2 * p67) + r4 * p89);
  lane_real value = 1.0 + (r + r2 * p);
  return lane_from_bits(lane_bits(value) + (lane_bits(shifted) << 52));
}

// x = 2ᵉ m with m in [√½, √2), for normal x > 0; other values give a meaningless m in that range.
LANE_INLINE lane_real lane_split_exponent(lane_real x, lane_real *e) {
  const long long root_half_bits = 0x3fe6a09e667f3bcdLL;
  lane_int offset = lane_bits(x) - root_half_bits;
  lane_int exponent_bits = offset & (lane_int)lane_bits(lane_broadcast(-__builtin_inf()));
  // Exponent as a double: biased into [0, 4095], placed in the mantissa of 2⁵².
  lane_int biased = (lane_int)(((lane_uint)(offset + (2048LL << 52))) >> 52);
  *e = lane_from_bits(biased | 0x4330000000000000LL) - (4503599627370496.0 + 2048.0);
  return lane_from_bits(lane_bits(x) - exponent_bits);
}

// ln of 2ᵉ (1 + f), given s = f/(2 + f).
LANE_INLINE lane_real lane_log_series(lane_real e, lane_real f, lane_real s) {
  const double *c = log_coefficients;
  lane_real z = s * s, z2 = z * z;
  lane_real p01 = c[0] + z * c[1], p23 = c[2] + z * c[3], p45 = c[4] + z * c[5], p67 = c[6] + z * c[7];
  lane_real p = (p01 + z2 * p23) + (z2 * z2) * (p45 + z2 * p67);
  // 2 s = f − s f exactly in the leading part, which keeps ln near 1 accurate.
  lane_real tail = s * (2.0 * z * p - f);
  return e * 0.693147180369123816490 + (f + (tail + e * 1.90821492927058770002e-10));
}

// ln x for normal x > 0; zero gives about −709, other values are meaningless.
LANE_INLINE lane_real lane_log(lane_real x) {
  lane_real e, m = lane_split_exponent(x, &e);
  return lane_log_series(e, m - 1.0, (m - 1.0) / (m + 1.0));
}

// Two logarithms for one division.
LANE_INLINE void lane_log_pair(lane_real x, lane_real y, lane_real *log_x, lane_real *log_y) {
  lane_real ex, ey, mx = lane_split_exponent(x, &ex), my = lane_split_exponent(y, &ey);
  lane_real px = mx + 1.0, py = my + 1.0;
  lane_real inverse = 1.0 / (px * py);
  *log_x = lane_log_series(ex, mx - 1.0, (mx - 1.0) * (inverse * py));
  *log_y = lane_log_series(ey, my - 1.0, (my - 1.0) * (inverse * px));
}

// Quadrant-correct angle of (x, y) in [−π, π]; (0, 0) gives NaN.
LANE_INLINE lane_real lane_atan2(lane_real y, lane_real x) {
  const double *c = atan_coefficients;
  lane_real ax = lane_abs(x), ay = lane_abs(y);
  lane_int swap = ay > ax;
  lane_real low = lane_select(swap, ax, ay), high = lane_select(swap, ay, ax);
  // Beyond tan(π/8) use atan t = π/4 + atan((t − 1)/(t + 1)).
  lane_int upper = low > high * 0.41421356237309504880;
  lane_real numerator = lane_select(upper, low - high, low);
  lane_real denominator = lane_select(upper, low + high, high);
  lane_real t = numerator / denominator;
  lane_real z = t * t, z2 = z * z, z4 = z2 * z2;
  lane_real p01 = c[0] + z * c[1], p23 = c[2] + z * c[3], p45 = c[4] + z * c[5], p67 = c[6] + z * c[7];
  lane_real p89 = c[8] + z * c[9], pab = c[10] + z * c[11];
  lane_real p = (p01 + z2 * p23) + z4 * ((p45 + z2 * p67) + z4 * (p89 + z2 * pab));
  lane_real a = t + t * z * p;
  a = lane_select(upper, a + 0.78539816339744830962, a);
  a = lane_select(swap, 1.57079632679489661923 - a, a);
  a = lane_select(x < 0.0, 3.14159265358979323846 - a, a);
  lane_int sign = lane_bits(y) & (lane_int)lane_bits(lane_broadcast(-0.0));
  return lane_from_bits(lane_bits(a) ^ sign);
}

// Sine and cosine for |x| up to 10⁵.
LANE_INLINE void lane_sincos(lane_real x, lane_real *sine, lane_real *cosine) {
  const double *s = sin_coefficients, *c = cos_coefficients;
  const double magic = 6755399441055744.0;
  lane_real shifted = x * 0.63661977236758134308 + magic;
  lane_real n = shifted - magic;
  // π/2 in three parts of 33 bits (Cody & Waite).
  lane_real r = x - n * 1.57079632673412561417;
  r = r - n * 6.07710050630396597660e-11;
  r = r - n * 2.02226624879595063154e-21;
  lane_real z = r * r, z2 = z * z, z4 = z2 * z2;
  lane_real sp = (s[0] + z * s[1]) + z2 * (s[2] + z * s[3]) + z4 * ((s[4] + z * s[5]) + z2 * s[6]);
  lane_real cp = (c[0] + z * c[1]) + z2 * (c[2] + z * c[3]) + z4 * ((c[4] + z * c[5]) + z2 * c[6]);
  lane_real sr = r + r * z * sp;
  lane_real cr = 1.0 - (0.5 * z - z2 * cp);
  lane_int quadrant = lane_bits(shifted);
  lane_int odd = -(quadrant & 1LL);
  lane_int sine_sign = (quadrant & 2LL) << 62;
  lane_int cosine_sign = ((quadrant + 1LL) & 2LL) << 62;
  *sine = lane_from_bits(lane_bits(lane_select(odd, cr, sr)) ^ sine_sign);
  *cosine = lane_from_bits(lane_bits(lane_select(odd, sr, cr)) ^ cosine_sign);
}
