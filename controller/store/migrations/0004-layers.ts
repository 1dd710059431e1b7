export const layers = `
-- Which layer of its folder a file is of, the lowest is 0; its path begins with the layer's name. Null: the folder has no layers.
alter table revision_file add column layer integer;
`;
