# Newcombe (1998), Statistics in Medicine 17: 857-872, Table I: four proportions, eleven methods. [printed]

newcombe <- data.frame(
  x = c(81, 15, 0, 1), n = c(263, 148, 20, 29),
  cp_lower = c(0.2527, 0.0578, 0, 0.0009), cp_upper = c(0.3676, 0.1617, 0.1684, 0.1776),
  wilson_lower = c(0.2553, 0.0624, 0, 0.0061), wilson_upper = c(0.3662, 0.1605, 0.1611, 0.1718)
)

test_that("Clopper-Pearson and Wilson limits of Newcombe's four proportions", {
  for (i in seq_len(nrow(newcombe))) {
    one <- newcombe[i, ]
    d <- data.frame(responder = rep(c(TRUE, FALSE), c(one$x, one$n - one$x)))
    exact <- response_rate(responder ~ 1, d, conf.method = "clopper-pearson")
    expect_equal(exact$estimate, one$x / one$n)
    expect_equal(round(c(exact$conf.low, exact$conf.high), 4), c(one$cp_lower, one$cp_upper))
    score <- response_rate(responder ~ 1, d, conf.method = "wilson")
    expect_equal(round(c(score$conf.low, score$conf.high), 4), c(one$wilson_lower, one$wilson_upper))
  }
})
