test_that("numbers, counts and p values read as a person writes them", {
  expect_identical(
    format_number(c(1.23456, 0.000123, 120, NA, Inf, -Inf)),
    c("1.23", "0.000123", "120", "NE", "Inf", "-Inf")
  )
  expect_identical(format_p(c(0.5, 0.00001, NA)), c("0.5000", "<0.0001", "NE"))
  expect_identical(p_words(c(0.5, 0.00001)), c("= 0.5000", "<0.0001"))
  expect_identical(format_count(c(3, 2.25, NA, 123456)), c("3", "2.2", "", "123456"))
  expect_identical(and_list(c("a", "b", "c")), "a, b and c")
  expect_identical(and_list("a"), "a")
  expect_identical(format_percent(0.95), "95%")
})
