testthat::test_check("tte")
