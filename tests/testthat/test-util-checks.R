test_that("choices, flags and levels are checked", {
  expect_null(check_choice("a", "x", c("a", "b")))
  expect_identical(check_choice("c", "x", c("a", "b"))$fault, "not_a_choice")
  expect_identical(check_choice(c("a", "b"), "x", c("a", "b"))$fault, "not_a_choice")
  expect_null(check_flag(NULL, "x", null.ok = TRUE))
  expect_identical(check_flag(NA, "x")$fault, "wrong_type")
  expect_null(check_level(0.9))
  expect_identical(check_level(1)$fault, "out_of_range")
  expect_identical(check_level("0.9")$fault, "wrong_type")
  expect_identical(check_level(c(0.9, 0.95))$fault, "wrong_length")
})

test_that("arguments in the dots are named in the error", {
  f <- function(...) check_dots(...)
  expect_null(f())
  expect_fault(f(wieghts = 1), "unknown_argument", "wieghts")
  expect_fault(f(1), "unknown_argument", "...")
})
