select grade from seeds.grade_scale order by place
