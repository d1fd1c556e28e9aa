test_that("values and keys become numbers that are equal where they are", {
  day <- as.Date("2024-03-05") + c(3, 0, 3, 1)
  expect_equal(column_code(day), c(4, 1, 4, 2))
  expect_equal(column_code(c("b", NA, "b", "a", NA)), c(1, 2, 1, 3, 2))
  expect_equal(column_code(factor(c("b", "a", "b"))), c(1, 2, 1))
  expect_equal(column_code(c(0.5, 0, 0.5)), c(1, 2, 1))
  expect_equal(column_code(c(1e9, 0, NA, 1e9)), c(1, 2, 3, 1))
  expect_equal(column_code(c(Inf, 1, -Inf, Inf)), c(1, 2, 3, 1))
  expect_equal(column_code(character()), integer())
  expect_equal(column_code(numeric()), integer())
  expect_equal(group_number(list(c("b", "a", "b", "b"), c(2, 2, 2, 1))), c(1, 2, 1, 3))
})

test_that("what is there twice is found in any order, and nothing else", {
  expect_equal(row_twice(list(c("a", "a", "b"))), c(FALSE, TRUE, FALSE))
  for (seed in random_seeds(20)) {
    rows <- with_random_seed(seed, data.frame(
      id = sample(c("a", "b", NA), 30, TRUE), day = as.Date("2024-01-01") + sample(c(0:4, NA), 30, TRUE),
      size = sample(c(0.5, 7, 1e8, NA), 30, TRUE)
    ))
    expect_identical(row_twice(rows), unname(duplicated(rows)), label = paste("seed", seed))
    sorted <- rows[order(rows$id, rows$day, rows$size), ]
    expect_identical(row_twice(sorted), unname(duplicated(sorted)), label = paste("seed", seed))
    number <- group_number(rows)
    expect_identical(number, match(number, unique(number)))
    expect_identical(duplicated(number), row_twice(rows))
  }
})

test_that("keys of many rows and columns stay exact", {
  # The numbers of the last rows would be above 2^53, and the last two of them 1 apart.
  n <- 3e5
  first <- c(seq_len(n), n) + 0.5
  expect_false(any(row_twice(list(first, first, seq_len(n + 1) + 0.5))))
})

test_that("the latest day of each person, whatever the order of the rows", {
  expect_equal(latest_day(c(5, 9, 7, 1, NA, Inf), c(1, 1, 1, 3, 3, 2), 4), c(9, -Inf, 1, -Inf))
  expect_equal(latest_day(numeric(), integer(), 2), c(-Inf, -Inf))
  for (seed in random_seeds(20)) {
    day <- with_random_seed(seed, sample(c(0:50, NA, Inf), 40, TRUE))
    row <- with_random_seed(seed, sample(c(1:7, NA), 40, TRUE))
    plain <- vapply(1:8, function(i) max(day[which(row == i & is.finite(day))], -Inf), 1)
    expect_equal(latest_day(day, row, 8), plain, label = paste("seed", seed))
  }
})
