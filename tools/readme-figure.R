# Draws man/figures/README-km.png: the picture of the README, from survival::colon as an ADTTE.

library(tte)

deaths <- survival::colon[survival::colon$etype == 2, ]
adtte <- data.frame(
  USUBJID = deaths$id, PARAMCD = "OS", PARAM = "Overall survival", AVAL = deaths$time, AVALU = "DAYS",
  CNSR = 1 - deaths$status,
  TRT01P = factor(deaths$rx, labels = c("Observation", "Levamisole", "Levamisole + 5-FU"))
)
d <- time_to_event(~TRT01P, adtte, param = "OS", report_in = "months", reference = "Observation")
figure <- ggplot2::autoplot(km(d), test = log_rank_test(d), hr = cox(d), y_lab = "Overall survival")
dir.create("man/figures", recursive = TRUE, showWarnings = FALSE)
ggplot2::ggsave("man/figures/README-km.png", figure, width = 8.4, height = 5.6, dpi = 150)
