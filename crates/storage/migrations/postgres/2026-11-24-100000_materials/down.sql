DROP TABLE local_file;
DROP TABLE material_tag;
DROP TABLE material;
