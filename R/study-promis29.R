# The PROMIS-29 Profile as data: seven domains of four items, each item scored 1 to 5, and one rating of
# pain from 0 to 10. The sum of a domain's items (4 to 20) has a T-score (mean 50, standard deviation 10 in
# the reference population) if all four were answered.

promis_domains <- utils::read.table(
  text = "
domain             | code   | worse | items
Physical Function  | PF     | -1    | PFA11 PFA21 PFA23 PFA53
Anxiety            | ANX    | 1     | EDANX01 EDANX40 EDANX41 EDANX53
Depression         | DEP    | 1     | EDDEP04 EDDEP06 EDDEP29 EDDEP41
Fatigue            | FAT    | 1     | HI7 AN3 FATEXP41 FATEXP40
Sleep Disturbance  | SLEEP  | 1     | Sleep109 Sleep116 Sleep20 Sleep44
Social Roles       | SOCIAL | -1    | SRPPER11_CaPS SRPPER18_CaPS SRPPER23_CaPS SRPPER46_CaPS
Pain Interference  | PAIN   | 1     | PAININ9 PAININ22 PAININ31 PAININ34
",
  sep = "|", header = TRUE, strip.white = TRUE, stringsAsFactors = FALSE
)

promis_pain_intensity <- "Global07"

# The T-scores of the sums 4 to 20, a column for each domain; physical function is that of version 2.1 (short
# form v2.0).
promis_t_scores <- as.matrix(utils::read.table(text = "
  raw | PF   | ANX  | DEP  | FAT  | SLEEP| SOCIAL | PAIN
   4 | 22.5 | 40.3 | 41.0 | 33.7 | 32.0 | 27.5 | 41.6
   5 | 26.6 | 48.0 | 49.0 | 39.7 | 37.5 | 31.8 | 49.6
   6 | 28.9 | 51.2 | 51.8 | 43.1 | 41.1 | 34.0 | 52.0
   7 | 30.5 | 53.7 | 53.9 | 46.0 | 43.8 | 35.7 | 53.9
   8 | 31.9 | 55.8 | 55.7 | 48.6 | 46.2 | 37.3 | 55.6
   9 | 33.2 | 57.7 | 57.3 | 51.0 | 48.4 | 38.8 | 57.1
  10 | 34.4 | 59.5 | 58.9 | 53.1 | 50.5 | 40.5 | 58.5
  11 | 35.6 | 61.4 | 60.5 | 55.1 | 52.4 | 42.3 | 59.9
  12 | 36.7 | 63.4 | 62.2 | 57.0 | 54.3 | 44.2 | 61.2
  13 | 37.9 | 65.3 | 63.9 | 58.8 | 56.1 | 46.2 | 62.5
  14 | 39.2 | 67.3 | 65.7 | 60.7 | 57.9 | 48.1 | 63.8
  15 | 40.5 | 69.3 | 67.5 | 62.7 | 59.8 | 50.0 | 65.2
  16 | 41.9 | 71.2 | 69.4 | 64.6 | 61.7 | 51.9 | 66.6
  17 | 43.5 | 73.3 | 71.2 | 66.7 | 63.8 | 53.7 | 68.0
  18 | 45.5 | 75.4 | 73.3 | 69.0 | 66.0 | 55.8 | 69.7
  19 | 48.3 | 77.9 | 75.7 | 71.6 | 68.8 | 58.3 | 71.6
  20 | 57.0 | 81.6 | 79.4 | 75.8 | 73.3 | 64.2 | 75.6
", sep = "|", header = TRUE, strip.white = TRUE, row.names = 1))

# Physical function of version 2.0 of the profile (short form v1.0).
promis_t_scores_old <- replace(
  promis_t_scores, cbind(seq_len(17), 1),
  c(22.9, 26.9, 29.1, 30.7, 32.1, 33.3, 34.4, 35.6, 36.7, 37.9, 39.1, 40.4, 41.8, 43.4, 45.3, 48.0, 56.9)
)

promis_scores <- function(version) if (version == "v2.0") promis_t_scores_old else promis_t_scores
