# The law of a path by uniformisation, against closed forms and the matrix exponential.

ill_death <- function(rates = cbind(c(0.01, 0.002, 0.008)), breaks = 0) {
  list(
    states = c("free", "progressed", "dead"), start = "free", from = c(1L, 1L, 2L), to = c(2L, 3L, 3L),
    breaks = breaks, rates = rates
  )
}

# The exponential of a matrix by its Taylor series after halving it many times.
slow_exponential <- function(a) {
  small <- a / 2^30
  power <- diag(nrow(a)) + small + small %*% small / 2
  for (i in 1:30) power <- power %*% power
  power
}

generator <- function(chain, k, factor = 1) {
  q <- matrix(0, length(chain$states), length(chain$states))
  q[cbind(chain$from, chain$to)] <- chain$rates[, k] * factor
  diag(q) <- -rowSums(q)
  q
}

test_that("one hazard gives an exponential, two stages their convolution", {
  one <- list(states = c("a", "b"), start = "a", from = 1L, to = 2L, breaks = 0, rates = cbind(0.03))
  at <- c(0, 1, 10, 500)
  found <- chain_occupancy(one, matrix(0, 1, 1), at)
  expect_equal(found[1, 1, ], exp(-0.03 * at), tolerance = 1e-13)
  chain <- ill_death(cbind(c(0.01, 0, 0.008)))
  found <- chain_occupancy(chain, matrix(0, 1, 3), at)
  expect_equal(found[1, 2, ], 0.01 / (0.008 - 0.01) * (exp(-0.01 * at) - exp(-0.008 * at)), tolerance = 1e-12)
})

test_that("hazards that change, and factors of nodes, give the product of matrix exponentials", {
  chain <- ill_death(cbind(c(0.01, 0.002, 0.008), c(0.005, 0.003, 0.02)), c(0, 100))
  log_hazard <- rbind(c(0, 0, 0), c(0.5, -0.2, 0.1), c(-Inf, 1, 0))
  found <- chain_occupancy(chain, log_hazard, c(250, 40, 100))
  for (node in 1:3) {
    factor <- exp(log_hazard[node, ])
    early <- c(1, 0, 0) %*% slow_exponential(generator(chain, 1, factor) * 40)
    middle <- c(1, 0, 0) %*% slow_exponential(generator(chain, 1, factor) * 100)
    late <- middle %*% slow_exponential(generator(chain, 2, factor) * 150)
    expect_equal(found[node, , 2], as.vector(early), tolerance = 1e-7)
    expect_equal(found[node, , 3], as.vector(middle), tolerance = 1e-7)
    expect_equal(found[node, , 1], as.vector(late), tolerance = 1e-7)
  }
  expect_equal(apply(found, c(1, 3), sum), matrix(1, 3, 3), tolerance = 1e-13)
})

test_that("fast hazards over long times lose nothing", {
  circle <- list(
    states = c("a", "b"), start = "a", from = 1:2, to = 2:1, breaks = 0, rates = cbind(c(5, 15))
  )
  found <- chain_occupancy(circle, matrix(0, 1, 2), c(0.01, 40, 1000))
  expect_equal(found[1, 1, ], 0.75 + 0.25 * exp(-20 * c(0.01, 40, 1000)), tolerance = 1e-12)
  # one fast and one slow way out: the slow one is taken 1 time in 1e6
  fork <- list(
    states = c("a", "b", "c"), start = "a", from = c(1L, 1L), to = 2:3, breaks = 0,
    rates = cbind(c(1e4, 0.01))
  )
  found <- chain_occupancy(fork, matrix(c(0, 0, 0, log(0.5)), 2), 500)
  expect_equal(found[1, , 1], c(0, 1e4, 0.01) / 10000.01, tolerance = 1e-9)
  expect_equal(found[2, 3, 1], 0.005 / 10000.005, tolerance = 1e-8)
  expect_error(chain_occupancy(circle, matrix(20, 1, 2), 1000), class = "tte_error_unsupported")
  expect_error(chain_occupancy(circle, matrix(800, 1, 2), 1), class = "tte_error_unsupported")
})

test_that("a chain stays where it is told to, and starts where it is told to", {
  model <- design_rechallenge()$models$course
  whole <- as_chain(design_biomarker_cohort()$models$course)
  expect_equal(nrow(whole$rates), length(whole$from))
  ended <- as_chain(design_biomarker_cohort()$models$course, until = "active")
  expect_false(any(grepl("active", ended$states[ended$from])))
  later <- as_chain(model, start = "rechallenged")
  expect_setequal(later$states[later$from], c("rechallenged", "recurrent", "progressed"))
  expect_error(as_chain(model), class = "tte_error_unsupported")
})
