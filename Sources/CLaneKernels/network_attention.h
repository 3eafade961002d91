// Attention of one query to the tokens before it. Included once per variant.

typedef LANE_TYPED(network_attention_input) attention_input;

LANE_KERNEL void LANE_VARIANT(attention)(const attention_input *in, LANE_SCALAR *weights, LANE_SCALAR *y) {
  int64_t stride = in->stride, tokens = in->tokens;
  for (int64_t head = 0; head < in->heads; head++) {
    int64_t offset = head * in->width * stride;
    for (int64_t c = 0; c < in->columns; c += LANE_WIDTH) {
      int64_t n = in->columns - c;
      LANE_SCALAR *p = weights + head * tokens * in->columns + c;
      lane_real largest = lane_broadcast(-(LANE_SCALAR)__builtin_inf());
      for (int64_t t = 0; t < tokens; t++) {
        lane_real score = lane_broadcast(0);
        for (int64_t d = 0; d < in->width; d++) {
          int64_t i = offset + d * stride + c;
          score += load_some(in->query + i, n) * load_some(in->keys[t] + i, n);
        }
        score *= in->scale;
        largest = lane_max(largest, score);
        store_some(p + t * in->columns, score, n);
      }
      lane_real sum = lane_broadcast(0);
      for (int64_t t = 0; t < tokens; t++) {
        lane_real e = lane_exp(load_some(p + t * in->columns, n) - largest);
        sum += e;
        store_some(p + t * in->columns, e, n);
      }
      lane_real inverse = 1 / sum;
      for (int64_t t = 0; t < tokens; t++) {
        store_some(p + t * in->columns, load_some(p + t * in->columns, n) * inverse, n);
      }
      for (int64_t d = 0; d < in->width; d++) {
        int64_t i = offset + d * stride + c;
        lane_real value = lane_broadcast(0);
        for (int64_t t = 0; t < tokens; t++) value += load_some(p + t * in->columns, n) * load_some(in->values[t] + i, n);
        store_some(y + i, value, n);
      }
    }
  }
}

// Rows of one head that are held close by, because rows of a matrix often lie a power of two apart and evict each other.
#define ATTENTION_ROWS 64

LANE_KERNEL void LANE_VARIANT(attention_adjoint)(
    const attention_input *in, const LANE_SCALAR *weights, const LANE_SCALAR *dy, LANE_SCALAR *dquery,
    LANE_SCALAR *const *dkeys, LANE_SCALAR *const *dvalues) {
  int64_t stride = in->stride, tokens = in->tokens, width = in->width;
  for (int64_t head = 0; head < in->heads; head++) {
    for (int64_t c = 0; c < in->columns; c += LANE_WIDTH) {
      int64_t n = in->columns - c, offset = head * width * stride + c;
      const LANE_SCALAR *p = weights + head * tokens * in->columns + c;
      lane_real dots[tokens], query[ATTENTION_ROWS], out[ATTENTION_ROWS], change[ATTENTION_ROWS];
      for (int64_t t = 0; t < tokens; t++) dots[t] = lane_broadcast(0);
      // dy·v_t, and the adjoints of values.
      for (int64_t start = 0; start < width; start += ATTENTION_ROWS) {
        int64_t rows = width - start < ATTENTION_ROWS ? width - start : ATTENTION_ROWS, first = offset + start * stride;
        for (int64_t d = 0; d < rows; d++) out[d] = load_some(dy + first + d * stride, n);
        for (int64_t t = 0; t < tokens; t++) {
          const LANE_SCALAR *value = in->values[t] + first;
          lane_real dot = lane_broadcast(0), weight = load_some(p + t * in->columns, n);
          for (int64_t d = 0; d < rows; d++) dot += out[d] * load_some(value + d * stride, n);
          dots[t] += dot;
          if (!dvalues) continue;
          LANE_SCALAR *dvalue = dvalues[t] + first;
          for (int64_t d = 0; d < rows; d++) add_some(dvalue + d * stride, weight * out[d], n);
        }
      }
      // mean = Σ p_t dy·v_t = dy·y
      lane_real mean = lane_broadcast(0);
      for (int64_t t = 0; t < tokens; t++) mean += load_some(p + t * in->columns, n) * dots[t];
      for (int64_t t = 0; t < tokens; t++) dots[t] = load_some(p + t * in->columns, n) * (dots[t] - mean) * in->scale;
      for (int64_t start = 0; start < width; start += ATTENTION_ROWS) {
        int64_t rows = width - start < ATTENTION_ROWS ? width - start : ATTENTION_ROWS, first = offset + start * stride;
        for (int64_t d = 0; d < rows; d++) {
          query[d] = load_some(in->query + first + d * stride, n);
          change[d] = lane_broadcast(0);
        }
        for (int64_t t = 0; t < tokens; t++) {
          if (dquery) {
            const LANE_SCALAR *key = in->keys[t] + first;
            for (int64_t d = 0; d < rows; d++) change[d] += dots[t] * load_some(key + d * stride, n);
          }
          if (dkeys) {
            LANE_SCALAR *dkey = dkeys[t] + first;
            for (int64_t d = 0; d < rows; d++) add_some(dkey + d * stride, dots[t] * query[d], n);
          }
        }
        if (!dquery) continue;
        for (int64_t d = 0; d < rows; d++) add_some(dquery + first + d * stride, change[d], n);
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(attention_tangent)(
    const attention_input *in, const LANE_SCALAR *weights, const LANE_SCALAR *change_query,
    const LANE_SCALAR *const *change_keys, const LANE_SCALAR *const *change_values, LANE_SCALAR *change_y) {
  int64_t stride = in->stride, tokens = in->tokens;
  for (int64_t head = 0; head < in->heads; head++) {
    int64_t offset = head * in->width * stride;
    for (int64_t c = 0; c < in->columns; c += LANE_WIDTH) {
      int64_t n = in->columns - c;
      const LANE_SCALAR *p = weights + head * tokens * in->columns + c;
      for (int64_t d = 0; d < in->width; d++) store_some(change_y + offset + d * stride + c, lane_broadcast(0), n);
      // The change of a softmax is p (ds − Σ p ds): once for the mean change of the scores, once for y.
      lane_real mean = lane_broadcast(0);
      for (int pass = 0; pass < 2; pass++) {
        for (int64_t t = 0; t < tokens; t++) {
          lane_real weight = load_some(p + t * in->columns, n), change = lane_broadcast(0);
          for (int64_t d = 0; d < in->width; d++) {
            int64_t i = offset + d * stride + c;
            if (change_query) change += load_some(change_query + i, n) * load_some(in->keys[t] + i, n);
            if (change_keys) change += load_some(in->query + i, n) * load_some(change_keys[t] + i, n);
          }
          change *= in->scale;
          if (pass == 0) {
            mean += weight * change;
            continue;
          }
          for (int64_t d = 0; d < in->width; d++) {
            int64_t i = offset + d * stride + c;
            lane_real sum = (change - mean) * load_some(in->values[t] + i, n);
            if (change_values) sum += load_some(change_values[t] + i, n);
            add_some(change_y + i, weight * sum, n);
          }
        }
      }
    }
  }
}
