// Elementwise functions of networks with their derivatives. Included once per variant.

LANE_INLINE lane_real load_some(const LANE_SCALAR *p, int64_t count) {
  if (count >= LANE_WIDTH) return lane_load(p);
  lane_real x = lane_broadcast(0);
  __builtin_memcpy(&x, p, (unsigned long)count * sizeof(LANE_SCALAR));
  return x;
}

LANE_INLINE void store_some(LANE_SCALAR *p, lane_real x, int64_t count) {
  if (count >= LANE_WIDTH) {
    lane_store(p, x);
  } else {
    __builtin_memcpy(p, &x, (unsigned long)count * sizeof(LANE_SCALAR));
  }
}

LANE_INLINE void add_some(LANE_SCALAR *p, lane_real x, int64_t count) {
  store_some(p, load_some(p, count) + x, count);
}

// e^x with +∞ where it overflows.
LANE_INLINE lane_real network_exponential(lane_real x) {
#ifdef LANE_SINGLE
  const LANE_SCALAR largest = 88.0f;
#else
  const LANE_SCALAR largest = 709.0;
#endif
  return lane_select(x > largest, lane_broadcast((LANE_SCALAR)__builtin_inf()), lane_exp(x));
}

// ln x; −∞ at zero and NaN below.
LANE_INLINE lane_real network_logarithm(lane_real x) {
  lane_real value = lane_select(x == 0, lane_broadcast(-(LANE_SCALAR)__builtin_inf()), lane_log(x));
  return lane_select((x >= 0) & (x - x == 0), value, lane_select(x > 0, x, lane_broadcast((LANE_SCALAR)__builtin_nan(""))));
}

LANE_INLINE lane_real network_logistic(lane_real x) { return 1 / (1 + lane_exp(-x)); }

// ln(1 + e^x)
LANE_INLINE lane_real network_soft_plus(lane_real x) {
  return lane_select(x > 0, x, x * 0) + lane_log(1 + lane_exp(-lane_abs(x)));
}

LANE_INLINE lane_real function_value(network_function f, int32_t order, lane_real x) {
  switch (f) {
    case network_silu: {
      lane_real s = network_logistic(x), g = s * (1 - s);
      if (order == 0) return x * s;
      if (order == 1) return s * (1 + x * (1 - s));
      if (order == 2) return g * (2 + x * (1 - 2 * s));
      return g * ((1 - 2 * s) * (3 + x * (1 - 2 * s)) - 2 * x * g);
    }
    case network_tanh: {
      lane_real t = 1 - 2 / (1 + lane_exp(2 * x)), u = 1 - t * t;
      if (order == 0) return t;
      if (order == 1) return u;
      if (order == 2) return -2 * t * u;
      return -2 * u * (1 - 3 * t * t);
    }
    case network_sigmoid: {
      lane_real s = network_logistic(x), g = s * (1 - s);
      if (order == 0) return s;
      if (order == 1) return g;
      if (order == 2) return g * (1 - 2 * s);
      return g * (1 - 6 * g);
    }
    case network_softplus: {
      if (order == 0) return network_soft_plus(x);
      lane_real s = network_logistic(x), g = s * (1 - s);
      if (order == 1) return s;
      if (order == 2) return g;
      return g * (1 - 2 * s);
    }
    case network_exp: return network_exponential(x);
    case network_log: {
      if (order == 0) return network_logarithm(x);
      lane_real r = 1 / x;
      if (order == 1) return r;
      if (order == 2) return -r * r;
      return 2 * r * r * r;
    }
    case network_sine:
    case network_cosine: {
      lane_real s, c;
      lane_sincos(x, &s, &c);
      // The cosine is the sine a quarter turn on, and so is each derivative.
      int32_t turns = (order + (f == network_cosine)) & 3;
      if (turns == 0) return s;
      if (turns == 1) return c;
      return turns == 2 ? -s : -c;
    }
    case network_square: {
      if (order == 0) return x * x;
      if (order == 1) return 2 * x;
      // Keeps NaN.
      return x * 0 + (LANE_SCALAR)(order == 2 ? 2 : 0);
    }
    case network_square_root: {
      lane_real root = lane_sqrt(x);
      if (order == 0) return root;
      lane_real r = 1 / root;
      if (order == 1) return REAL(0.5) * r;
      if (order == 2) return REAL(-0.25) * r * r * r;
      return REAL(0.375) * r * r * r * r * r;
    }
    case network_reciprocal: {
      lane_real r = 1 / x;
      if (order == 0) return r;
      if (order == 1) return -r * r;
      if (order == 2) return 2 * r * r * r;
      return -6 * r * r * r * r;
    }
  }
  return x;
}

// The switch stands outside the loop, once for each function and order.
#define EACH_ORDER(F) \
  case F * 4: LOOP(F, 0); break; \
  case F * 4 + 1: LOOP(F, 1); break; \
  case F * 4 + 2: LOOP(F, 2); break; \
  case F * 4 + 3: LOOP(F, 3); break;
#define EACH_FUNCTION \
  EACH_ORDER(network_silu) EACH_ORDER(network_tanh) EACH_ORDER(network_sigmoid) EACH_ORDER(network_softplus) \
  EACH_ORDER(network_exp) EACH_ORDER(network_log) EACH_ORDER(network_sine) EACH_ORDER(network_cosine) \
  EACH_ORDER(network_square) EACH_ORDER(network_square_root) EACH_ORDER(network_reciprocal)

LANE_KERNEL void LANE_VARIANT(function_values)(
    network_function f, int32_t order, int64_t count, const LANE_SCALAR *x, LANE_SCALAR *y) {
#define LOOP(F, ORDER) \
  for (int64_t i = 0; i < count; i += LANE_WIDTH) \
    store_some(y + i, function_value(F, ORDER, load_some(x + i, count - i)), count - i)
  switch (f * 4 + order) { EACH_FUNCTION }
#undef LOOP
}

LANE_KERNEL void LANE_VARIANT(function_adjoint)(
    network_function f, int32_t order, int64_t count, const LANE_SCALAR *x, const LANE_SCALAR *dy, LANE_SCALAR *dx) {
#define LOOP(F, ORDER) \
  for (int64_t i = 0; i < count; i += LANE_WIDTH) \
    add_some(dx + i, function_value(F, ORDER, load_some(x + i, count - i)) * load_some(dy + i, count - i), count - i)
  switch (f * 4 + order) { EACH_FUNCTION }
#undef LOOP
}
